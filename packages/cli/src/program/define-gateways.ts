import type { Command } from "commander";
import { examples } from "./command-words.ts";

interface Options {
  readonly json?: boolean;
}

/** `gateways`. */
export function defineGateways(program: Command): void {
  const gateways = program.command("gateways").description("the gateways that you have logged in to");
  examples(
    printsJson(gateways.command("ls").description("list them, and which one commands ask")).action(
      async (options: Options) => {
        const { listGateways } = await import("../commands/gateways-command.ts");
        await listGateways(options);
      },
    ),
    {
      "sallyport gateways ls": "by name; the current one has a star",
      "sallyport gateways ls --json | jq -r '.[] | select(.current).url'": "the current one's address, for a script",
    },
  );
  examples(
    printsJson(gateways.command("use <gateway>").description("have commands ask this one, by its name or URL")).action(
      async (gateway: string, options: Options) => {
        const { useGateway } = await import("../commands/gateways-command.ts");
        await useGateway(gateway, options);
      },
    ),
    { "sallyport gateways use production": "until another login or use" },
  );
  examples(
    printsJson(gateways.command("forget <gateway>").description("log out of one and forget its address")).action(
      async (gateway: string, options: Options) => {
        const { logout } = await import("../commands/logout-command.ts");
        await logout({ ...options, gateway, all: false, forget: true });
      },
    ),
    { "sallyport gateways forget staging": "as sallyport logout --gateway staging --forget" },
  );
}

function printsJson(command: Command): Command {
  return command.option("--json", "print JSON, for programs");
}
