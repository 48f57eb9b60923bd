import { connect } from "node:net";
import type { LoggedIn, ProtocolAdapter } from "@sallyport/shared/adapter";
import { databaseNamed } from "@sallyport/shared/client-guide";
import { GatewayError } from "@sallyport/shared/errors";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { Access } from "../client/mint-access.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { shownLines } from "../output/shown.ts";
import type { Look } from "./examination.ts";

const CONNECT_MS = 10_000;

/** Logs in to the gateway as a client program does: the adapter's own way into a server is a client's. */
export async function lookAtLogin(adapter: ProtocolAdapter, { place, ticket }: Access): Promise<Look<LoggedIn>> {
  const { port, user, password, caFile, connection } = place;
  const host = place.host.replace(/^\[|\]$/g, "");
  const login = adapter.loginToServer(
    {
      session: "doctor",
      protocol: adapter.id,
      connection,
      server: { host, port, tls: "verify-full", caFile },
      credential: { user },
      database: databaseNamed(place),
      principal: ticket,
      settings: {},
      options: {},
    },
    password,
    () => dial(host, port),
  );
  const server = await login.catch((reason: unknown) => {
    throw loginFailure(reason, `${host}:${port}`);
  });
  return { detail: `logged in at ${host}:${port}; the server is version ${server.facts.version}`, value: server };
}

/** Asks for one row, all the way to the database and back. */
export async function lookAtQuery(adapter: ProtocolAdapter, server: LoggedIn): Promise<Look<undefined>> {
  const begun = performance.now();
  try {
    await adapter.checkServer(server);
  } catch (reason) {
    throw new CommandFailure(
      `The database did not answer: ${messageOf(reason)}`,
      "A policy may not allow even this (allow: [read]); otherwise the gateway's and the agent's logs say more.",
      reason,
    );
  }
  return { detail: `the database answered in ${Math.round(performance.now() - begun)} ms`, value: undefined };
}

function dial(host: string, port: number): Promise<SocketStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    socket.once("connect", () => {
      socket.setTimeout(0);
      resolve(new SocketStream(socket, "server/lost"));
    });
    socket.once("timeout", () => socket.destroy(new Error("no answer")));
    socket.once("error", ({ message }) => reject(new GatewayError("server/unreachable", message)));
  });
}

const steps: Readonly<Record<string, readonly [nextStep: string, exitCode: 1 | 4 | 5]>> = {
  "server/unreachable": [
    "Check the gateway's listener for this protocol, and the firewall to its port; --host names another host.",
    exitCodes.unreachable,
  ],
  "server/tls-failed": [
    "The certificate for clients (`tls`) must be for this host and of the authority that --ca names.",
    exitCodes.unreachable,
  ],
};

function loginFailure(reason: unknown, where: string): CommandFailure {
  const { code } = GatewayError.from(reason);
  const [nextStep, exitCode] = steps[code] ?? [
    "The message above is the gateway's own and says what to do; its log says more.",
    exitCodes.failed,
  ];
  return new CommandFailure(`A client cannot log in at ${where}: ${messageOf(reason)}`, nextStep, reason, exitCode);
}

/** Without our code in brackets, which here would be that of a server's failure. */
function messageOf(reason: unknown): string {
  const message = reason instanceof Error ? reason.message : String(reason);
  return shownLines(message.replace(/^\[[a-z/-]+\] /, ""));
}
