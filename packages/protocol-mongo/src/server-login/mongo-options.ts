import { GatewayError } from "@sallyport/shared/errors";
import type { Role, ServerHello } from "./server-hello.ts";

/** For each read preference, what is looked for first and, where nothing of that is found, then. */
const looked = {
  primary: [["primary"]],
  primaryPreferred: [["primary"], ["secondary"]],
  secondary: [["secondary"]],
  secondaryPreferred: [["secondary"], ["primary"]],
  nearest: [["primary", "secondary"]],
} as const satisfies Readonly<Record<string, readonly (readonly Role[])[]>>;

const names = { readPreference: "readPreference", authSource: "authSource" } as const;

/** What a connection's document says in words of MongoDB's. */
export interface MongoOptions {
  /** What members to look for, in the order of the rounds. */
  readonly rounds: readonly (readonly Role[])[];
  /** The database that the account is in. */
  readonly authSource: string;
}

/** Reads a connection's options. One that is not known is refused: whoever wrote it would take it for heeded. */
export function readMongoOptions(options: Readonly<Record<string, string>>): MongoOptions {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown !== undefined) throw refused(`The connection's option ${JSON.stringify(unknown)} is not known.`);
  const { readPreference = "primary", authSource = "admin" } = options;
  const rounds = Object.entries(looked).find(([name]) => name === readPreference)?.[1];
  if (rounds === undefined) {
    throw refused(`The connection's readPreference is not one of ${Object.keys(looked).join(", ")}.`);
  }
  return { rounds, authSource };
}

/** Whether a member is what is looked for. What has no members is always. */
export function fits({ role }: Pick<ServerHello, "role">, wanted: readonly Role[]): boolean {
  return role === "sole" || wanted.includes(role);
}

function refused(detail: string): GatewayError {
  return new GatewayError("server/unsupported", "the connection's options cannot be followed", {
    detail,
    hint: "Tell the gateway's operator; the connection's document has to be changed.",
  });
}
