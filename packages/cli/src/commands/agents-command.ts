import { agent, agentGroupPage, agentPage } from "@sallyport/gateway/api/contract/agent";
import { done } from "@sallyport/gateway/api/contract/done";
import { enrolmentTokenAnswer } from "@sallyport/gateway/api/contract/enrolment";
import { openClient, pathOf } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { distance, stamp } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { fields, table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** Prints all agents, and where they are online. */
export async function listAgents(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/agents", agentPage);
  const now = Date.now();
  print(options, items, () =>
    table(
      ["NAME", "GROUP", "STATE", "CERTIFICATE ENDS", "ENROLLED BY"],
      items.map(({ name, group, online, revokedAt, expires, enrolledBy, source }) => [
        name,
        group,
        stateOf(online, revokedAt),
        distance(expires, now),
        enrolledBy ?? (source === "document" ? "a document" : ""),
      ]),
    ),
  );
}

/** Prints the agent groups with what they serve. */
export async function listAgentGroups(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/agent-groups", agentGroupPage);
  print(options, items, () =>
    table(
      ["GROUP", "ONLINE", "AGENTS", "CONNECTIONS"],
      items.map(({ name, online, agents, connections }) => [
        name,
        `${online.length} of ${agents.length}`,
        agents.join(", "),
        connections.join(", "),
      ]),
    ),
  );
}

/** Prints all that is known of one agent. */
export async function showAgent(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  const found = await client.get(pathOf`/v1/agents/${name}`, agent);
  const now = Date.now();
  print(options, found, () => {
    const about = fields({
      name: found.name,
      group: found.group,
      state: stateOf(found.online, found.revokedAt),
      source: found.source,
      fingerprint: found.fingerprint,
      enrolled: stamp(found.enrolledAt),
      "enrolled by": found.enrolledBy,
      renewed: stamp(found.renewedAt),
      "certificate ends": distance(found.expires, now),
      revoked: stamp(found.revokedAt),
    });
    if (found.online.length === 0) return about;
    const tunnels = table(
      ["REPLICA", "SINCE", "LAST HEARD", "HEALTH"],
      found.online.map(({ replica, since, lastEcho, health }) => [
        replica,
        stamp(since),
        distance(lastEcho, now),
        Object.entries(health)
          .map(([connection, state]) => `${connection}: ${typeof state === "string" ? state : JSON.stringify(state)}`)
          .join(", "),
      ]),
    );
    return `${about}\n\n${tunnels}`;
  });
}

/** Makes a one-time token by which an agent comes in. Standard output gets the token alone, so that it can go straight into a file. */
export async function enrollAgent(
  options: Options & { readonly group: string; readonly lifetime: number },
): Promise<void> {
  const client = await openClient(options);
  const { group, lifetime: lifetimeSeconds } = options;
  const made = await client.send("POST", "/v1/enrolment-tokens", { group, lifetimeSeconds }, enrolmentTokenAnswer);
  const { token } = made;
  if (token === undefined) throw new CommandFailure("The gateway gave no token.", "Ask for another one.");
  print(options, made, () => token);
  if (options.json !== true)
    note(
      `For one agent of ${group}, ${distance(made.expires, Date.now())}: SALLYPORT_AGENT_TOKEN=TOKEN sallyport agent …`,
    );
}

/** Ends an agent's tunnels and keeps it out. */
export async function revokeAgent(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  await client.send("DELETE", pathOf`/v1/agents/${name}`, undefined, done);
  print(options, { revoked: name }, () => `The agent ${name} was revoked.`);
}

function stateOf(online: readonly unknown[], revokedAt: string | undefined): string {
  if (revokedAt !== undefined) return "revoked";
  return online.length === 0 ? "offline" : "online";
}
