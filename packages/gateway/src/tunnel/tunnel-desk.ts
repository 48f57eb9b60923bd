import { status, type ServerDuplexStream } from "@grpc/grpc-js";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { gatewayMessage } from "@sallyport/shared/tunnel/control-messages";
import type {
  AgentMessage,
  GatewayMessage,
  Register,
} from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { TUNNEL_METADATA_KEY } from "@sallyport/shared/tunnel/tunnel-service";
import { randomUUID } from "node:crypto";
import type { RenewalRequest } from "../enrolment/enrolment-desk.ts";
import type { AgentIdentity } from "./known-agent.ts";
import { RemoteTunnel } from "./remote-tunnel.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";
import type { Unseal } from "./unseal.ts";

/** An agent has this long from its first byte to both streams. */
const JOIN_TIMEOUT_MS = 10_000;

/** What a certificate that TLS has verified says of who shows it. */
export interface ShownCertificate {
  /** SHA-256, as agent documents write it. */
  readonly fingerprint: string;
  /** The hosts that it names. */
  readonly hosts: readonly string[];
}

/** Who takes the tunnels that come online. */
export interface TunnelReception extends Pick<TunnelRegistry, "learned" | "changed"> {
  add(tunnel: RemoteTunnel): void;
}

export interface TunnelDeskOptions {
  /** Which replica of the gateway this is. */
  readonly replica: string;
  /** Those who come are other replicas, and no agents. */
  readonly ofReplicas?: boolean;
  /** Whose certificate this is, and who was let in with it before. Undefined, or throwing, refuses them. */
  readonly agentFor: (shown: ShownCertificate, before?: AgentIdentity) => AgentIdentity | undefined;
  readonly registry: TunnelReception;
  readonly log: Log;
  readonly unseal?: Unseal | undefined;
  readonly renew?: ((agent: AgentIdentity, request: RenewalRequest) => Promise<CertificateGrant>) | undefined;
  /** What agents of a group shall check; asked when a tunnel comes online and on `recheck`. */
  readonly healthTargets?: (group: string) => readonly OpenSession[];
  readonly pingEveryMs?: number;
  readonly leaseMs?: number;
}

type ControlCall = ServerDuplexStream<AgentMessage, GatewayMessage>;
type RelayCall = ServerDuplexStream<Buffer, Buffer>;

/** One agent's control stream, from its acceptance to its end. */
interface Joining {
  readonly shown: ShownCertificate;
  readonly identity: AgentIdentity;
  readonly control: ControlCall;
  register: Register | undefined;
  tunnel: RemoteTunnel | undefined;
}

/** Decides which agents are let in, and joins each one's two streams to a tunnel. */
export class TunnelDesk {
  readonly #options: TunnelDeskOptions;
  readonly #tunnels = new Map<string, Joining>();
  #isDraining = false;

  constructor(options: TunnelDeskOptions) {
    this.#options = options;
  }

  acceptControl(control: ControlCall): void {
    if (this.#isDraining) {
      refuse(control, status.UNAVAILABLE, "this gateway is about to leave");
      return;
    }
    const shown = shownBy(control);
    const identity = this.#identify(shown);
    if (shown === undefined || identity === undefined) {
      this.#options.log.warn("tunnel.refused", {
        address: control.getPeer(),
        reason: `no agent that enrolled and no agent document has certificate ${shown?.fingerprint ?? "(none)"}`,
      });
      refuse(control, status.PERMISSION_DENIED, "this certificate is of no agent that may come in");
      return;
    }
    const id = randomUUID();
    const joining: Joining = { shown, identity, control, register: undefined, tunnel: undefined };
    this.#tunnels.set(id, joining);
    const deadline = setTimeout(() => {
      if (joining.tunnel === undefined) refuse(control, status.DEADLINE_EXCEEDED, "the tunnel was not joined in time");
    }, JOIN_TIMEOUT_MS);
    control.on("data", (message: AgentMessage) => this.#receive(id, joining, message));
    onGone(control, (why) => {
      clearTimeout(deadline);
      this.#tunnels.delete(id);
      joining.tunnel?.close(
        new GatewayError("tunnel/agent-lost", `the control stream of agent ${identity.agent} ended: ${why}`),
      );
    });
  }

  acceptRelay(relay: RelayCall): void {
    const id = relay.metadata.get(TUNNEL_METADATA_KEY)[0];
    const joining = typeof id === "string" ? this.#tunnels.get(id) : undefined;
    if (
      joining?.register === undefined ||
      joining.tunnel !== undefined ||
      shownBy(relay)?.fingerprint !== joining.shown.fingerprint
    ) {
      this.#options.log.warn("tunnel.refused", {
        address: relay.getPeer(),
        reason: "a relay stream names no tunnel of its certificate",
      });
      refuse(relay, status.PERMISSION_DENIED, "no such tunnel");
      return;
    }
    const { control, identity, register } = joining;
    const { agent, group } = identity;
    const { registry, log, unseal, renew, ofReplicas, pingEveryMs, leaseMs } = this.#options;
    const tunnel = new RemoteTunnel({
      agent,
      group,
      isReplica: ofReplicas,
      log,
      unseal,
      renew:
        renew === undefined || identity.enrolment === undefined ? undefined : (request) => renew(identity, request),
      pingEveryMs,
      leaseMs,
      instance: register.instance,
      epoch: register.epoch,
      sendControl: (message) => control.write(message),
      sendRelay: (message, sent) => relay.write(message, () => sent()),
      hangUp: (reason) => {
        refuse(relay, status.ABORTED, reason.message);
        refuse(control, status.ABORTED, reason.message);
      },
      onServer: (target, facts) => registry.learned({ ...target, agentGroup: group }, facts),
      onChanged: () => registry.changed(),
      onOnline: () => {
        registry.add(tunnel);
        this.#watchHealth(tunnel);
      },
    });
    joining.tunnel = tunnel;
    relay.on("data", (message: Buffer) => tunnel.receiveRelay(message));
    onGone(relay, (why) =>
      tunnel.close(new GatewayError("tunnel/agent-lost", `the relay stream of agent ${agent} ended: ${why}`)),
    );
  }

  recheck(): void {
    for (const { shown, identity, control, tunnel } of this.#tunnels.values()) {
      const now = this.#lookUp(shown, identity);
      if (now === "unreadable") continue;
      if (now?.agent === identity.agent && now.group === identity.group && now.enrolment === identity.enrolment) {
        if (tunnel !== undefined) this.#watchHealth(tunnel);
        continue;
      }
      const gone = new GatewayError(
        "tunnel/agent-lost",
        `agent ${identity.agent} was revoked, or its document was removed or changed`,
      );
      if (tunnel === undefined) refuse(control, status.PERMISSION_DENIED, gone.message);
      else tunnel.close(gone);
    }
  }

  /** Tells every agent to look for another gateway, and lets nobody in from here on. Tunnels that are open are not touched. */
  drain(): void {
    this.#isDraining = true;
    for (const { control, tunnel } of this.#tunnels.values()) {
      if (tunnel === undefined) refuse(control, status.UNAVAILABLE, "this gateway is about to leave");
      else tunnel.drain();
    }
  }

  closeAll(reason: GatewayError): void {
    for (const { tunnel } of this.#tunnels.values()) tunnel?.close(reason);
  }

  #receive(id: string, joining: Joining, message: AgentMessage): void {
    if (joining.tunnel !== undefined) {
      joining.tunnel.receiveControl(message);
      return;
    }
    if (message.message.case !== "register" || joining.register !== undefined) return;
    if (message.message.value.held.includes(this.#options.replica)) {
      refuse(joining.control, status.ALREADY_EXISTS, "the agent has a tunnel to this gateway already");
      return;
    }
    joining.register = message.message.value;
    const { agent, group } = joining.identity;
    this.#options.log.info("tunnel.registered", {
      agent,
      group,
      version: joining.register.agentVersion,
      address: joining.control.getPeer(),
    });
    joining.control.write(
      gatewayMessage({ case: "registered", value: { tunnel: id, agent, group, replica: this.#options.replica } }),
    );
  }

  #identify(shown: ShownCertificate | undefined): AgentIdentity | undefined {
    const found = shown === undefined ? undefined : this.#lookUp(shown);
    return found === "unreadable" ? undefined : found;
  }

  #watchHealth(tunnel: RemoteTunnel): void {
    try {
      const connections = this.#options.healthTargets?.(tunnel.group);
      if (connections !== undefined) tunnel.watchHealth(connections);
    } catch (reason) {
      this.#logUnreadable(reason);
    }
  }

  /** While documents cannot be read nobody new is let in, and nobody who was let in is sent away. */
  #lookUp(shown: ShownCertificate, before?: AgentIdentity): AgentIdentity | "unreadable" | undefined {
    try {
      return this.#options.agentFor(shown, before);
    } catch (reason) {
      this.#logUnreadable(reason);
      return "unreadable";
    }
  }

  #logUnreadable(reason: unknown): void {
    const error = GatewayError.from(reason, "policy/unavailable");
    this.#options.log.error("agents.unreadable", { code: error.code, reason: error.message });
  }
}

/** The certificate that TLS has verified against the CA. */
function shownBy(call: ControlCall | RelayCall): ShownCertificate | undefined {
  const { sslPeerCertificate: certificate } = call.getAuthContext();
  if (certificate === undefined) return undefined;
  const { fingerprint256: fingerprint, subjectaltname = "" } = certificate;
  return { fingerprint, hosts: [...subjectaltname.matchAll(/DNS:([^\s,]+)/g)].flatMap(([, host]) => host ?? []) };
}

function refuse(call: ControlCall | RelayCall, code: status, details: string): void {
  if (call.cancelled || call.writableEnded) return;
  call.emit("error", Object.assign(new Error(details), { code, details }));
}

/** A call ends in one of several ways, and reports some of them more than once. */
function onGone(call: ControlCall | RelayCall, gone: (why: string) => void): void {
  call.on("cancelled", () => gone("cancelled"));
  call.on("end", () => gone("ended by the agent"));
  call.on("error", (error) => gone(error.message));
  call.on("close", () => gone("closed"));
}
