import type { Dial, LoggedIn, ProtocolAdapter } from "@sallyport/shared/adapter";
import { errorCodes, GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { greetToyClient } from "./toy-greeting.ts";
import { errorLine, ToyInspector } from "./toy-inspector.ts";
import { LineFramer, lineOf, MAX_LINE_BYTES } from "./toy-lines.ts";

/** A line protocol that no product speaks: it goes through the whole gateway, so that nothing of PostgreSQL can hide in the core. */
export const toyAdapter = {
  id: "toy",
  label: "Toy",
  defaultPort: 7000,
  nativeErrors: codesAsTheyAre(),
  greetClient: greetToyClient,
  turnAway: errorLine,
  createFramer: () => new LineFramer(),
  createInspector: () => Promise.resolve(new ToyInspector()),
  loginToServer: loginToToy,
  checkServer: checkToy,
} satisfies ProtocolAdapter;

/** `LOGIN user database password` → `OK version session` or `ERR code text`. */
async function loginToToy(request: OpenSession, password: Secret<string> | undefined, dial: Dial): Promise<LoggedIn> {
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

async function checkToy(server: LoggedIn): Promise<void> {
  const answer = await ask(server.stream, lineOf("READ", "health"));
  if (!answer.startsWith("OK")) throw new GatewayError("server/lost", `the server said ${answer}`);
}

/** The one line that answers a line. */
async function ask(stream: Pick<SocketStream, "read" | "write">, line: Buffer): Promise<string> {
  await stream.write(line);
  let answer: Buffer = Buffer.alloc(0);
  while (!answer.includes("\n")) {
    const chunk = await stream.read();
    if (chunk === undefined) throw new GatewayError("server/lost", "the server ended in mid-answer");
    answer = Buffer.concat([answer, chunk]);
    if (answer.length > MAX_LINE_BYTES) throw new GatewayError("server/malformed", "the server's answer is too long");
  }
  return answer.toString("utf8").trimEnd();
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
