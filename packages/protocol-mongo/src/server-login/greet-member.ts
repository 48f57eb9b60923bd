import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession, ServerAddress } from "@sallyport/shared/tunnel/open-session";
import type { ServerCredential } from "./authenticate.ts";
import type { MemberAddress } from "./find-member.ts";
import type { MongoOptions } from "./mongo-options.ts";
import { ServerCommands } from "./server-commands.ts";
import { greetServer, type ServerHello } from "./server-hello.ts";
import { protect } from "./server-tls.ts";

/** A connection to a member that is encrypted and greeted, and nobody logged in on it. */
export interface GreetedServer {
  readonly commands: ServerCommands;
  readonly hello: ServerHello;
}

/** Encrypts a fresh connection and says hello. A member's certificate is checked against its own name. */
export async function greetMember(
  stream: SocketStream,
  address: MemberAddress,
  {
    request,
    application,
    credential,
  }: {
    readonly request: OpenSession;
    readonly application: string;
    readonly credential: ServerCredential;
  },
): Promise<GreetedServer> {
  const server: ServerAddress = { ...request.server, ...address };
  await protect(stream, server);
  const commands = new ServerCommands(stream);
  const account = credential.kind === "password" ? `${credential.source}.${credential.user}` : undefined;
  return { commands, hello: await greetServer(commands, { request, application, account }) };
}

/** With what to log in: the password where there is one, else the certificate of the connection, else nothing. */
export function credentialOf(
  { server, credential }: OpenSession,
  password: Secret<string> | undefined,
  { authSource }: MongoOptions,
): ServerCredential {
  if (password !== undefined) return { kind: "password", user: credential.user, password, source: authSource };
  return { kind: server.certificateFile === undefined || server.tls === "disable" ? "none" : "certificate" };
}
