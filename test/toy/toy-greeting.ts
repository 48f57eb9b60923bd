import type { CancelTalk, ClientDoor, LoginTalk, NoTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { errorLine, lineOf, readLine } from "./toy-lines.ts";
import { toyLogin } from "./toy-login.ts";

type Greeting = LoginTalk | CancelTalk | NoTalk;

/** Reads `LOGIN user database token` or `CANCEL id secret`, and before it any number of `WATCH` and `HOLD`, which say how the client stands until then. */
export async function greetToyClient(door: ClientDoor): Promise<Greeting> {
  try {
    return await greet(door);
  } catch (reason) {
    const error = GatewayError.from(reason);
    await door.stream.write(errorLine(error));
    throw error;
  }
}

async function greet(door: ClientDoor): Promise<Greeting> {
  const { stream, maxMessageBytes, plaintextAllowed } = door;
  let line = await readLine(stream, maxMessageBytes);
  for (; line === "WATCH" || line === "HOLD"; line = await readLine(stream, maxMessageBytes)) {
    door.stand(line === "WATCH" ? "watching" : "logging-in");
    await stream.write(lineOf("OK", ...door.likelyServers().map(({ version }) => version)));
  }
  if (line === undefined) return { kind: "gone" };
  const [word, first = "", second = "", token = ""] = line.split(" ");
  if (word === "CANCEL") return { kind: "cancel", key: { id: Number(first), secret: Buffer.from(second, "hex") } };
  if (word !== "LOGIN" || token === "") throw new GatewayError("protocol/malformed", "the first line is no login");
  if (!plaintextAllowed) throw new GatewayError("login/encryption-required", "this client is on another host");
  return toyLogin(door, first, second, token);
}
