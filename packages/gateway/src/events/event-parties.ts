import { isIP } from "node:net";
import { printable } from "../printable.ts";
import type { OcsfAttributes } from "./ocsf-event.ts";

const MAX_NAME = 128;
const MAX_GROUPS = 50;

/** Numbers of the schema's user types; what it has none for is told by our own word. */
const userTypes: ReadonlyMap<string, number> = new Map([
  ["human", 1],
  ["gateway", 3],
  ["service", 4],
]);

/** Who: a principal, an agent or the gateway itself. */
export interface Party {
  readonly name: string;
  readonly kind: string;
  readonly groups?: readonly string[] | undefined;
  readonly onBehalfOf?: string | undefined;
}

export function ocsfUser({ name, kind, groups = [] }: Party): OcsfAttributes {
  return {
    ...ocsfClaimedUser(name),
    type_id: userTypes.get(kind) ?? 99,
    type: kind,
    ...(groups.length === 0
      ? {}
      : { groups: groups.slice(0, MAX_GROUPS).map((group) => ({ name: printable(group, MAX_NAME) })) }),
  };
}

/** Somebody whose name is all that is known, and only as they said it themselves. */
export function ocsfClaimedUser(name: string | undefined): OcsfAttributes {
  return { name: name === undefined || name === "" ? "unknown" : printable(name, MAX_NAME) };
}

/** Where somebody came from; the schema wants to be told even where nobody came over a network. */
export function ocsfEndpoint(address: string | undefined): OcsfAttributes {
  if (address === undefined) return { name: "local" };
  return isIP(address) === 0 ? { name: printable(address, MAX_NAME) } : { ip: address };
}

/** A text of ours or of an operator's, as far as an event has room for it. */
export function eventText(text: string, maxLength = 500): string {
  return printable(text, maxLength);
}
