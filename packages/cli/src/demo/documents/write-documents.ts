import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentDocument } from "@sallyport/gateway/store/documents/agent";
import type { ConnectionDocument } from "@sallyport/gateway/store/documents/connection";
import type { IdentityProviderDocument } from "@sallyport/gateway/store/documents/identity-provider";
import { stringify } from "yaml";
import { writePrivate } from "../private-file.ts";
import { policyFiles } from "./policies.ts";

/** The documents that the demo itself decides on; they are written anew at each start. */
export interface DemoDocuments {
  readonly connections: readonly ConnectionDocument[];
  readonly identityProvider: IdentityProviderDocument;
  readonly agent: AgentDocument;
}

/** Fills the folder that is applied to the demo's gateway. Policies that are there are left as they are. */
export async function writeDocuments(folder: string, documents: DemoDocuments): Promise<void> {
  const write = (name: string, why: string, ...values: readonly object[]): Promise<void> =>
    writePrivate(join(folder, name), `# ${why}\n${values.map((value) => stringify(value)).join("---\n")}`);
  await write(
    "connection.yaml",
    "The databases that can be connected to, and how the agent beside them logs in.",
    ...documents.connections,
  );
  await write(
    "identity-provider.yaml",
    "Whose tokens are accepted, and which of their claims say who is acting.",
    documents.identityProvider,
  );
  await write("agent.yaml", "An agent that may dial in, known by the fingerprint of its certificate.", documents.agent);
  for (const [name, text] of Object.entries(policyFiles)) {
    if (!existsSync(join(folder, name))) await writePrivate(join(folder, name), text);
  }
}
