import { agentGroupPage } from "@sallyport/gateway/api/contract/agent";
import { storedDocument } from "@sallyport/gateway/api/contract/document";
import { reachableConnectionPage, type me } from "@sallyport/gateway/api/contract/me";
import type { z } from "zod";
import { pathOf, type ApiClient } from "../client/api-client.ts";
import { Refusal } from "../client/refusal.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Look } from "./examination.ts";

type Me = z.infer<typeof me>;

/** Whether somebody may see what belongs to all. */
export function mayView({ roles }: Me): boolean {
  return roles.length > 0;
}

/** Whether the connection is registered, as far as the caller may know. */
export async function lookAtDocument(client: ApiClient, name: string): Promise<Look<string>> {
  try {
    const { document } = await client.get(pathOf`/v1/connections/${name}`, storedDocument);
    const { protocol, agentGroup } = document;
    const group = typeof agentGroup === "string" ? agentGroup : "";
    return { detail: `${name} is registered: ${String(protocol)}, served by the agent group ${group}`, value: group };
  } catch (reason) {
    if (!(reason instanceof Refusal) || reason.problem.code !== "api/not-found") throw reason;
    throw new CommandFailure(
      `No connection "${name}" is registered.`,
      "sallyport connections ls lists those that are; sallyport apply -f FOLDER registers others.",
      reason,
    );
  }
}

/** Whether policy lets the caller in. */
export async function lookAtAccess(client: ApiClient, name: string): Promise<Look<undefined>> {
  const { items } = await client.list("/v1/me/connections", reachableConnectionPage);
  if (items.some((one) => one.name === name)) return { detail: `a policy lets you in to ${name}`, value: undefined };
  throw new CommandFailure(
    `No policy gives you access to "${name}", or it is not registered.`,
    "sallyport connections ls --mine shows where you may go; ask the owner of the policies for more.",
    undefined,
    exitCodes.refused,
  );
}

/** Whether an agent is there that serves the connection. */
export async function lookAtAgents(client: ApiClient, group: string): Promise<Look<undefined>> {
  const { items } = await client.list("/v1/agent-groups", agentGroupPage);
  const found = items.find(({ name }) => name === group);
  if (found !== undefined && found.online.length > 0)
    return { detail: `online in ${group}: ${found.online.join(", ")}`, value: undefined };
  const none = found === undefined || found.agents.length === 0;
  throw new CommandFailure(
    none ? `The agent group ${group} has no agents.` : `No agent of the group ${group} is online.`,
    none
      ? `Enrol one beside the database: sallyport agents enroll --group ${group}`
      : `Start one of ${found.agents.join(", ")}; its log says why it cannot reach the gateway.`,
    undefined,
    exitCodes.unreachable,
  );
}
