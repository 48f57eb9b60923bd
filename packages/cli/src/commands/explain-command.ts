import { explainAnswer } from "@sallyport/gateway/api/contract/explain";
import { stringify } from "yaml";
import { openClient } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { note, print } from "../output/print.ts";
import { shownLines } from "../output/shown.ts";
import { claimsOf, kindOf } from "../policy/principal-words.ts";

/** Whose statement is explained, by the policies that the gateway has now. */
export interface ExplainNowOptions extends GatewayOptions {
  readonly principal: string;
  readonly connection: string;
  readonly kind: string;
  readonly group: readonly string[];
  readonly claims: string;
  readonly json?: boolean;
}

/** Prints all that the decision of each statement of a text rests on, as the gateway would decide now. */
export async function explainNow(sql: string, options: ExplainNowOptions): Promise<void> {
  const client = await openClient(options);
  const { principal: name, connection, group } = options;
  const principal = { name, kind: kindOf(options.kind), groups: [...group], claims: claimsOf(options.claims) };
  const answer = await client.send(
    "POST",
    "/v1/policies/explain",
    { principal, connection, statement: sql },
    explainAnswer,
  );
  print(options, answer, () => answer.statements.map(explained).join("\n\n"));
  if (answer.catalog === "unknown")
    note(
      "The objects of this database are not known at the moment: rules about them allow nothing until an agent is online.",
    );
}

function explained({ text, decision, because, ...rest }: Readonly<Record<string, unknown>>): string {
  const verdict = decision === "allow" ? "allowed" : `refused: ${String(because)}`;
  return shownLines(`${String(text)}\n${verdict}\n${stringify(rest).trimEnd()}`);
}
