import type { Dial, LoggedIn, ProtocolAdapter } from "@sallyport/shared/adapter";
import { errorCodes, GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { greetToyClient } from "./toy-greeting.ts";
import { ToyInspector } from "./toy-inspector.ts";
import { errorLine, LineFramer, lineOf, MAX_LINE_BYTES, readLine } from "./toy-lines.ts";

/** A line protocol that no product speaks: it goes through the whole gateway, so that nothing of PostgreSQL can hide in the core. */
export const toyAdapter = {
  id: "toy",
  label: "Toy",
  defaultPort: 7000,
  nativeErrors: codesAsTheyAre(),
  greetsAsServer: false,
  greetClient: greetToyClient,
  turnAway: errorLine,
  createFramer: (from) => new LineFramer(from),
  createInspector: async ({ version }) => {
    if (version !== "1.0") throw new GatewayError("server/unsupported", `a toy server of version ${version}`);
    return new ToyInspector();
  },
  loginToServer: loginToToy,
  checkServer: checkToy,
} satisfies ProtocolAdapter;

/** `LOGIN user database password` → `OK version session` or `ERR code text`. */
async function loginToToy(request: OpenSession, password: Secret<string> | undefined, dial: Dial): Promise<LoggedIn> {
  if (request.server.tls !== "disable") throw new GatewayError("server/tls-failed", "the toy protocol knows no TLS");
  const stream = await dial();
  const { user } = request.credential;
  const answer = await ask(stream, lineOf("LOGIN", user, request.database ?? "-", password?.reveal() ?? "-"));
  const [word, version = "", session = "", ...rest] = answer.split(" ");
  if (word !== "OK") {
    stream.destroy();
    throw new GatewayError("server/login-failed", `the server said ${[word, version, session, ...rest].join(" ")}`);
  }
  const cancel = async () => {
    const other = await dial();
    await ask(other, lineOf("CANCEL", session));
    other.destroy();
  };
  return { facts: { version, settings: { session } }, stream, cancel };
}

async function checkToy({ stream }: LoggedIn): Promise<void> {
  await stream.write(lineOf("READ", "health"));
  const answer = await stream.read();
  if (answer?.toString() !== "OK health\n") throw new GatewayError("server/lost", `the server said ${String(answer)}`);
}

/** The one line that answers a line. */
async function ask(stream: SocketStream, line: Buffer): Promise<string> {
  await stream.write(line);
  const answer = await readLine(stream, MAX_LINE_BYTES).catch(() => undefined);
  if (answer === undefined) throw new GatewayError("server/unreachable", "the server did not answer");
  return answer;
}

/** The toy's native errors are the codes themselves. */
function codesAsTheyAre(): Record<ErrorCode, string> {
  const errors: Partial<Record<ErrorCode, string>> = {};
  for (const code of errorCodes) errors[code] = code;
  if (!isComplete(errors)) throw new GatewayError("internal/unexpected", "an error code has no native error");
  return errors;
}

function isComplete(errors: Partial<Record<ErrorCode, string>>): errors is Record<ErrorCode, string> {
  return errorCodes.every((code) => code in errors);
}
