import type { Command } from "commander";
import type { LoginCommandOptions } from "../commands/login-command.ts";
import type { LogoutOptions } from "../commands/logout-command.ts";
import type { GatewayOptions } from "../client/target.ts";
import { parseCount } from "../parse-duration.ts";
import { asksGateway, examples } from "./command-words.ts";

/** `login`, `logout` and `whoami`. */
export function defineLogin(program: Command): void {
  examples(
    program
      .command("login")
      .description("log in to a gateway, at the identity provider that it names")
      .option("--gateway <url>", "the URL of the gateway's API, or the name of an earlier login (SALLYPORT_GATEWAY)")
      .option("--ca <file>", "PEM of the authority that the gateway is trusted by; it is kept (SALLYPORT_CA_FILE)")
      .option("--name <name>", "what to call this gateway from now on; left out: its host")
      .option("--device", "log in with the browser of another device", false)
      .option("--no-browser", "print the page's address instead of opening it")
      .option("--provider <name>", "the identity provider, where the gateway knows several")
      .option(
        "--redirect-port <port>",
        "the port of this host that the browser comes back to; left out: any",
        parseCount,
        0,
      )
      .option("--json", "print JSON, for programs")
      .action(async (options: LoginCommandOptions) => {
        const { login } = await import("../commands/login-command.ts");
        await login(options);
      }),
    {
      "sallyport login --gateway https://gateway.example.com:7443 --ca ca.crt": "with the browser of this host",
      "sallyport login --gateway https://gateway.example.com:7443 --device": "on a host without a browser",
      "sallyport login": "again, to the gateway of the last time",
    },
  );
  examples(
    program
      .command("logout")
      .description("end a login, here and at the identity provider")
      .option("--gateway <which>", "a login's name or URL; left out: the current one")
      .option("--all", "all of them", false)
      .option("--forget", "forget the gateway's address too", false)
      .option("--json", "print JSON, for programs")
      .action(async (options: LogoutOptions) => {
        const { logout } = await import("../commands/logout-command.ts");
        await logout(options);
      }),
    {
      "sallyport logout": "of the current gateway",
      "sallyport logout --all --forget": "as if there had been no login",
    },
  );
  examples(
    asksGateway(program.command("whoami").description("print who the gateway takes you for")).action(
      async (options: GatewayOptions & { json?: boolean }) => {
        const { whoAmI } = await import("../commands/whoami-command.ts");
        await whoAmI(options);
      },
    ),
    {
      "sallyport whoami": "name, groups and roles",
      "SALLYPORT_TOKEN=$TOKEN sallyport whoami --gateway https://gateway.example.com:7443 --json": "in a CI job",
    },
  );
}
