import { GatewayError } from "@sallyport/shared/errors";
import { parseClientFirst } from "@sallyport/shared/scram/client-first";
import { Secret } from "@sallyport/shared/secret";
import { find } from "../bson/elements.ts";
import { documentAt, type RawDocument } from "../bson/raw-document.ts";
import { binaryOf, documentOf, isTruthy, stringOf, valueIn } from "../bson/read-value.ts";
import { mechanisms } from "../hello/hello-reply.ts";

/** How a client begins to prove who it is. */
export type SaslStart = {
  /** Undefined where the token alone says it. */
  readonly user: string | undefined;
  /** Where the client says that its account is. */
  readonly database: string | undefined;
} & (
  | {
      readonly mechanism: "SCRAM-SHA-256";
      readonly clientFirst: string;
      /** Whether the client takes the proof of the server as the end, as all do since MongoDB 4.4. */
      readonly skipEmptyExchange: boolean;
    }
  /** Token or secret, in clear. */
  | { readonly mechanism: "PLAIN" | "MONGODB-OIDC"; readonly secret: Secret<string> }
);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads `saslStart`, or what is sent along with a hello in its place. Throws `login/failed` for a mechanism that is not spoken
 * here.
 */
export function readSaslStart(command: RawDocument, database: string | undefined): SaslStart {
  const mechanism = valueIn(command, "mechanism", stringOf);
  const payload = payloadOf(command);
  switch (mechanism) {
    case "SCRAM-SHA-256": {
      const clientFirst = textOf(payload);
      const { user } = parseClientFirst(clientFirst);
      if (user === "") throw noUser();
      const options = valueIn(command, "options", documentOf);
      const skipEmptyExchange = options !== undefined && isTruthy(find(options, "skipEmptyExchange"));
      return { mechanism, user, database, clientFirst, skipEmptyExchange };
    }
    case "PLAIN":
      return { mechanism, database, ...readPlain(textOf(payload)) };
    case "MONGODB-OIDC":
      return { mechanism, user: undefined, database, secret: readJwt(payload) };
    default: {
      const asked = mechanism === undefined ? "no mechanism" : JSON.stringify(mechanism);
      throw new GatewayError("login/failed", `the client asks for ${asked}`, {
        detail: `Of the mechanisms of MongoDB there are ${mechanisms.join(", ")} here.`,
        hint: "Log in by SCRAM-SHA-256 with a ticket, or by PLAIN or MONGODB-OIDC with a token.",
      });
    }
  }
}

/** What a client sends in a step; some drivers leave an empty one out, or send it as text. */
export function payloadOf(command: RawDocument): Buffer {
  const element = find(command, "payload");
  const bytes = element && (binaryOf(element) ?? stringOf(element));
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes);
}

/** The text in a payload. */
export function textOf(payload: Buffer): string {
  try {
    return utf8.decode(payload);
  } catch (cause) {
    throw new GatewayError("protocol/malformed", "a SASL payload is not valid UTF-8", { cause });
  }
}

/** RFC 4616: `[authzid] NUL authcid NUL passwd`. */
function readPlain(text: string): { user: string; secret: Secret<string> } {
  const [acting = "", user = "", secret, ...more] = text.split("\0");
  if (secret === undefined || more.length > 0) throw new GatewayError("protocol/malformed", "malformed PLAIN message");
  if (user === "") throw noUser();
  if (acting !== "" && acting !== user) {
    throw new GatewayError("login/failed", "PLAIN: the client wants to act for another user", {
      detail: "Acting for another user is not supported.",
    });
  }
  return { user, secret: new Secret(secret) };
}

function readJwt(payload: Buffer): Secret<string> {
  const jwt = valueIn(documentAt(payload, 0, payload.length, "protocol/malformed"), "jwt", stringOf);
  if (jwt !== undefined) return new Secret(jwt);
  throw new GatewayError("login/failed", "MONGODB-OIDC without a token", {
    detail: "The gateway does not lead through a browser login: the client must bring a token.",
    hint: "Give the driver a callback that returns the token (OIDC_CALLBACK), or use PLAIN with the token as the password.",
  });
}

function noUser(): GatewayError {
  return new GatewayError("login/failed", "the client names no user", { detail: "No user name was given." });
}
