import { decodeSaslName, ScramAttributes, type ClientBinding } from "./scram-messages.ts";

/** The client's first message, taken apart. */
export interface ClientFirst {
  readonly binding: ClientBinding;
  /** What the client's final message must repeat in front of its channel binding data. */
  readonly gs2Header: string;
  /** Empty where the protocol names the user elsewhere, as PostgreSQL does. */
  readonly user: string;
  readonly nonce: string;
  /** What is signed: the message without its header. */
  readonly bare: string;
}

/** Reads `gs2-cbind-flag "," [authzid] "," n=user ",r=" nonce`. Acting for another user is refused: no protocol here has a use for it. */
export function parseClientFirst(message: string): ClientFirst {
  const attributes = new ScramAttributes(message, "protocol/malformed");
  const flag = attributes.part();
  if (attributes.part() !== "") throw attributes.fault("an authorization identity is not supported");
  const gs2Header = `${flag},,`;
  const user = decodeSaslName(attributes.value("n"));
  if (user === undefined) throw attributes.fault("the user name is not encoded");
  const nonce = attributes.nonce();
  attributes.skipExtensions();
  return { binding: parseBinding(flag, attributes), gs2Header, user, nonce, bare: message.slice(gs2Header.length) };
}

function parseBinding(flag: string, attributes: ScramAttributes): ClientBinding {
  if (flag === "n" || flag === "y") return { flag };
  const type = /^p=([A-Za-z0-9.-]+)$/.exec(flag)?.[1];
  if (type === undefined) throw attributes.fault("the channel binding flag is unknown");
  return { flag: "p", type };
}
