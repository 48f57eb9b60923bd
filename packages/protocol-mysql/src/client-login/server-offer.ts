import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { capability, commonFlags, flagsOf, hasCapability, withoutFlags } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { fact, numberIn, plainVersion } from "../server-facts.ts";
import { commonCapabilities, notRelayed, ownCapabilities, relayedFromMariadb } from "./relayed-capabilities.ts";

/** A MySQL that every driver knows, where nobody can say what the client will get. */
const NEUTRAL_VERSION = "8.0.34";
/** utf8mb4_general_ci, which MySQL and MariaDB know by the same number. */
const NEUTRAL_COLLATION = 45;

/** What a greeting says of the server. */
export interface ServerOffer {
  readonly version: string;
  readonly capabilities: number;
  readonly mariadbCapabilities: number;
  readonly collation: number;
  readonly status: number;
}

/**
 * What a client is promised before it has said whom it is after: what each of the servers that it may get can keep. Of several
 * of one flavour the oldest speaks for all.
 */
export function offerOf(servers: readonly ServerFacts[]): ServerOffer {
  const offers = servers.map(singleOffer).filter((offer) => offer !== undefined);
  const [first = neutralOffer, ...others] = offers;
  return relayed(others.reduce(common, first));
}

const neutralOffer: ServerOffer = {
  version: NEUTRAL_VERSION,
  capabilities: commonCapabilities,
  mariadbCapabilities: 0,
  collation: NEUTRAL_COLLATION,
  status: statusFlag.AUTOCOMMIT,
};

/** Undefined where an agent of another version tells of a server in other words. */
function singleOffer(server: ServerFacts): ServerOffer | undefined {
  const capabilities = numberIn(server.settings, fact.capabilities);
  if (capabilities === undefined) return undefined;
  const status = numberIn(server.settings, fact.status) ?? statusFlag.AUTOCOMMIT;
  return {
    version: plainVersion(server),
    capabilities,
    mariadbCapabilities: numberIn(server.settings, fact.mariadbCapabilities) ?? 0,
    collation: (numberIn(server.settings, fact.collation) ?? NEUTRAL_COLLATION) & 0xff,
    status: status & statusFlag.AUTOCOMMIT,
  };
}

function common(one: ServerOffer, other: ServerOffer): ServerOffer {
  const shared = {
    capabilities: commonFlags(one.capabilities, other.capabilities),
    mariadbCapabilities: commonFlags(one.mariadbCapabilities, other.mariadbCapabilities),
    collation: one.collation === other.collation ? one.collation : NEUTRAL_COLLATION,
    status: one.status & other.status,
  };
  if (isMysql(one) === isMysql(other)) {
    return { ...shared, version: isOlder(one.version, other.version) ? one.version : other.version };
  }
  return {
    ...shared,
    version: NEUTRAL_VERSION,
    capabilities: flagsOf(shared.capabilities, capability.MYSQL),
    mariadbCapabilities: 0,
  };
}

function relayed(offer: ServerOffer): ServerOffer {
  return {
    ...offer,
    capabilities: flagsOf(withoutFlags(offer.capabilities, notRelayed), ownCapabilities),
    mariadbCapabilities: commonFlags(offer.mariadbCapabilities, relayedFromMariadb),
  };
}

function isMysql({ capabilities }: ServerOffer): boolean {
  return hasCapability(capabilities, capability.MYSQL);
}

function isOlder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.split(/[^\d]+/, 3).map(Number));
  const at = [0, 1, 2].find((part) => a?.[part] !== b?.[part]);
  return at === undefined || (a?.[at] ?? 0) < (b?.[at] ?? 0);
}
