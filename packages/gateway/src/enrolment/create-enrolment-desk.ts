import { randomBytes } from "node:crypto";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { encodeEnrolmentToken } from "@sallyport/shared/enrolment/enrolment-token";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { Log } from "../log.ts";
import { documentName } from "../store/documents/name.ts";
import type { EnrolledAgent } from "../store/doors/agents.ts";
import type { EnrolmentTokenRow } from "../store/doors/enrolment-tokens.ts";
import type { StateStore } from "../store/state-store.ts";
import type { EnrolmentDesk } from "./enrolment-desk.ts";
import type { OwnAuthority } from "./own-authority.ts";
import { enrolmentSerial, makeTokenSecret, tokenHash, tokenIdOf } from "./token-secret.ts";
import { readRequest, type ReadRequest } from "./x509/read-request.ts";
import type { SignedCertificate } from "./x509/sign-certificate.ts";

const TOKEN_LIFETIME_SECONDS = 3_600;
const MAX_TOKEN_LIFETIME_SECONDS = 30 * 86_400;

/** The gateway's own agent has this name, and a newer tunnel of it would take its place. */
const RESERVED_NAME = "local";

export interface EnrolmentDeskOptions {
  readonly store: Pick<StateStore, "snapshot" | "agents" | "enrolmentTokens">;
  readonly authority: OwnAuthority;
  /** Of the API, as tokens name it. */
  readonly url: () => string;
  /** SHA-256 of a certificate in the chain that the API presents, as lower-case hex; the authority's where it presents one of ours. */
  readonly apiFingerprint: () => string;
  /** PEM of whom agents shall trust besides the authority. */
  readonly moreAuthorities: string;
  readonly tunnels: () => readonly string[];
  readonly certificateLifetimeSeconds: number;
  readonly log: Log;
}

/** An agent's request, understood and with its certificate signed. */
interface Signed {
  readonly agent: EnrolledAgent;
  readonly certificate: string;
}

/** Lets agents in by tokens, and signs their certificates. */
export function createEnrolmentDesk(options: EnrolmentDeskOptions): EnrolmentDesk {
  const { store, authority, log } = options;

  const grant = ({ agent, certificate }: Signed): CertificateGrant => ({
    agent: agent.name,
    group: agent.group,
    certificate,
    authorities: authority.trusted + options.moreAuthorities,
    tunnels: options.tunnels(),
    lifetimeSeconds: Math.max(0, Math.floor((agent.expires.getTime() - Date.now()) / 1000)),
  });

  const sign = async (name: string, group: string, request: ReadRequest, serial?: string): Promise<Signed> => {
    const signed: SignedCertificate = await authority.sign({
      publicKey: request.publicKey,
      commonName: name,
      organizationalUnit: group,
      usages: ["clientAuth"],
      uri: `sallyport://agents/${group}/${name}`,
      serial,
      lifetimeMs: options.certificateLifetimeSeconds * 1000,
    });
    const { fingerprint, expires } = signed;
    return { agent: { name, group, fingerprint, serial: signed.serial, expires }, certificate: signed.certificate };
  };

  const enrolNew = async (secret: Secret<string>, request: ReadRequest, address: string) => {
    const serial = enrolmentSerial(secret, request.keyInfo);
    let signed: Signed | undefined;
    const agent = await store.enrolmentTokens
      .use(
        tokenHash(secret),
        async ({ group }) => {
          const name = nameFor(group, request.commonName);
          assertFree(store, name);
          signed = await sign(name, group, request, serial);
          return signed.agent;
        },
        address,
      )
      .catch((reason: unknown) => {
        if (reason instanceof GatewayError && reason.code === "store/conflict") throw nameTaken(request.commonName);
        throw reason;
      });
    return agent === undefined ? undefined : signed;
  };

  /** The answer may have been lost: the same key with the same token is the same agent, until it has renewed. */
  const enrolAgain = async (secret: Secret<string>, request: ReadRequest, used: EnrolmentTokenRow) => {
    const serial = enrolmentSerial(secret, request.keyInfo);
    const agent = used.usedBy === undefined ? undefined : await store.agents.find(used.usedBy);
    if (agent?.serial.toLowerCase() !== serial || agent.revokedAt !== undefined) return undefined;
    const signed = await sign(agent.name, agent.group, request, serial);
    return (await store.agents.renew(agent.name, signed.agent, agent.fingerprint)) ? signed : undefined;
  };

  return {
    mintToken: async ({ group, lifetimeSeconds = TOKEN_LIFETIME_SECONDS }, actor) => {
      if (!documentName.safeParse(group).success)
        throw new GatewayError("store/invalid", "the group's name is none", { detail: "The group's name is none." });
      const { id, secret } = makeTokenSecret();
      const life = Math.min(Math.max(1, lifetimeSeconds), MAX_TOKEN_LIFETIME_SECONDS);
      const expires = new Date(Date.now() + life * 1000);
      await store.enrolmentTokens.add({ id, hash: tokenHash(secret), group, expires }, actor);
      const token = encodeEnrolmentToken({ url: options.url(), fingerprint: options.apiFingerprint(), secret });
      return { id, token, group, expires };
    },
    enrol: async ({ secret, csr }, address) => {
      const request = await readRequest(csr);
      const id = tokenIdOf(secret);
      if (id === undefined) throw unknownToken();
      const enrolled = await enrolNew(secret, request, address);
      if (enrolled !== undefined) {
        log.info("agent.enrolled", { agent: enrolled.agent.name, group: enrolled.agent.group, address });
        return grant(enrolled);
      }
      const known = (await store.enrolmentTokens.list()).find((token) => token.id === id);
      const again = known?.usedAt === undefined ? undefined : await enrolAgain(secret, request, known);
      if (again !== undefined) return grant(again);
      const error = whyNot(known);
      log.warn("agent.not-enrolled", { address, code: error.code, reason: error.message });
      throw error;
    },
    renew: async (agent, { csr, held }) => {
      const request = await readRequest(csr);
      const row = await store.agents.find(agent.agent);
      if (row === undefined || row.revokedAt !== undefined || row.group !== agent.group) throw revoked(agent.agent);
      const signed = await sign(row.name, row.group, request);
      if (!(await store.agents.renew(row.name, signed.agent, held))) throw revoked(agent.agent);
      log.info("agent.renewed", { agent: row.name, group: row.group });
      return grant(signed);
    },
  };
}

function nameFor(group: string, wanted: string | undefined): string {
  // a group's name may be as long as a name gets
  if (wanted === undefined || wanted === "") return `${group.slice(0, 50)}-${randomBytes(3).toString("hex")}`;
  if (documentName.safeParse(wanted).success && wanted !== RESERVED_NAME) return wanted;
  throw refused("its common name is no name for an agent: a-z, 0-9, dot, dash and underscore");
}

/** An operator's agent of that name would lose its tunnels to whoever took it. */
function assertFree(store: Pick<StateStore, "snapshot">, name: string): void {
  if (store.snapshot().agents.some(({ agent }) => agent === name)) throw nameTaken(name);
}

function nameTaken(name: string | undefined): GatewayError {
  return refused(`an agent ${name ?? ""} is there already; give this one another name, or revoke that one`);
}

function refused(why: string): GatewayError {
  const told = `The certificate request is refused: ${why}.`;
  return new GatewayError("enrolment/request-refused", told, { detail: told });
}

function whyNot(known: EnrolmentTokenRow | undefined): GatewayError {
  if (known === undefined) return unknownToken();
  if (known.usedAt !== undefined)
    return new GatewayError("enrolment/token-used", `token ${known.id} was used by ${known.usedBy ?? "an agent"}`);
  if (known.expires.getTime() <= Date.now())
    return new GatewayError("enrolment/token-expired", `token ${known.id} expired on ${known.expires.toISOString()}`);
  return unknownToken();
}

function unknownToken(): GatewayError {
  return new GatewayError("enrolment/token-unknown", "the token is not one of this gateway, or was taken back");
}

function revoked(name: string): GatewayError {
  return new GatewayError("enrolment/revoked", `agent ${name} is not enrolled, or was revoked`);
}
