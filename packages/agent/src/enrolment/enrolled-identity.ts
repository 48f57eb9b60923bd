import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import type { Secret } from "@sallyport/shared/secret";
import { Backoff } from "@sallyport/shared/tunnel/backoff";
import type { AgentIdentity, IdentityMaterial } from "../agent-identity.ts";
import { enrol, tokenDigest } from "./enrol.ts";
import { endOf } from "./hold-grant.ts";
import { Renewal } from "./renewal.ts";
import { StateFolder, type HeldIdentity } from "./state-folder.ts";
import { takeStateFolder } from "./state-lock.ts";

export interface EnrolmentOptions {
  readonly state: string;
  /** Needed once. */
  readonly token: Secret<string> | undefined;
  /** What the agent would like to be called; left out: after its host. */
  readonly name: string | undefined;
  readonly log: Log;
  /** Ends the waiting for a gateway that cannot be reached. */
  readonly signal: AbortSignal;
  readonly random?: () => number;
}

/** An identity that the gateway gave, kept in a folder that no other agent uses meanwhile. */
export interface EnrolledIdentity extends AgentIdentity, AsyncDisposable {
  readonly agent: string;
  readonly group: string;
}

/**
 * The agent of a state folder, or one that enrols now. A gateway that cannot be reached is asked again and again; what will not be
 * different next time is thrown: a token that was used or has expired, a gateway that is another one, a folder in use.
 */
export async function openEnrolledIdentity(options: EnrolmentOptions): Promise<EnrolledIdentity> {
  const { log, random } = options;
  const folder = new StateFolder(options.state);
  await folder.prepare();
  await using opened = new AsyncDisposableStack();
  opened.use(await takeStateFolder(options.state));
  let held = await identityOf(folder, options);
  const renewal = new Renewal({
    held: () => held,
    keep: async (next) => {
      await folder.keepIdentity(next);
      held = next;
    },
    log,
    random,
  });
  const everything = opened.move();
  return {
    agent: held.agent,
    group: held.group,
    material: () => Promise.resolve(materialOf(held)),
    renewal,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function identityOf(folder: StateFolder, options: EnrolmentOptions): Promise<HeldIdentity> {
  const { token, log } = options;
  const held = await folder.identity();
  if (held !== undefined && Date.now() < endOf(held)) return held;
  if (token === undefined || tokenDigest(token) === held?.token) throw cannotComeIn(held, options.state);
  const enrolled = await enrolPatiently(folder, token, options);
  log.info("agent.enrolled", { agent: enrolled.agent, group: enrolled.group });
  return enrolled;
}

async function enrolPatiently(
  folder: StateFolder,
  token: Secret<string>,
  { name, log, signal, random }: EnrolmentOptions,
): Promise<HeldIdentity> {
  const backoff = new Backoff(random);
  for (;;) {
    try {
      return await enrol(folder, token, name);
    } catch (reason) {
      const error = GatewayError.from(reason);
      if (error.retry === "never" || signal.aborted) throw error;
      log.error("agent.not-enrolled", { code: error.code, reason: error.message });
      await sleep(backoff.nextMs(0), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

function materialOf({ tunnels, authorities, certificate, key }: HeldIdentity): IdentityMaterial {
  return { gateways: tunnels, ca: authorities, certificate, key };
}

function cannotComeIn(held: HeldIdentity | undefined, state: string): GatewayError {
  if (held === undefined) {
    const why = `no agent is enrolled in ${state}, and no token was given`;
    return new GatewayError("enrolment/state-unusable", why, {
      detail: `No agent is enrolled in ${state}, and no token was given.`,
      hint: "Give a token: sallyport agents enroll --group GROUP makes one.",
    });
  }
  const end = new Date(endOf(held)).toISOString();
  return new GatewayError("enrolment/certificate-expired", `the certificate of agent ${held.agent} expired on ${end}`, {
    detail: `The certificate of agent ${held.agent} expired on ${end}, while the agent was away.`,
  });
}
