import type { WireMessage } from "../support/message-splitter.ts";
import { send } from "../support/pg-client-messages.ts";
import type { WireClient } from "../support/wire-client.ts";
import type { EvasionCase, Step } from "./cases.ts";

/**
 * How the statements of a case are sent. `simple`: as Query. `text` and `binary`: Parse, Bind, Describe, Execute. `again`: executed
 * without Describe, and then once more in binary. `parts`: the portal two rows at a time.
 */
export const modes = ["simple", "text", "binary", "again", "parts"] as const;
export type Mode = (typeof modes)[number];

/** All that came back for one step, in order. */
export interface Answer {
  readonly step: Step;
  readonly messages: readonly WireMessage[];
}

const BINARY = 1;
const PARTS = [2, 2, 0] as const;
/** What gives rows; the portal of anything else runs only once. */
const GIVES_ROWS = /^\s*(select|table|values|with|show|explain|execute|fetch)\b|\breturning\b/i;
/** What means something else when it is done twice. */
const ONLY_ONCE =
  /^\s*(begin|start|commit|end|abort|rollback|savepoint|release|declare|create|drop|prepare|deallocate|close|copy|move|discard|set)\b/i;

/** Whether the protocol of this mode can carry the case: a Query has no parameters. */
export function runsIn({ steps }: EvasionCase, mode: Mode): boolean {
  return mode !== "simple" || steps.every((step) => step.kind !== "sql" || step.params === undefined);
}

/** Does the steps one after the other, whatever is answered, until the connection ends. */
export async function runSteps(client: WireClient, steps: readonly Step[], mode: Mode): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const [index, step] of steps.entries()) {
    // data of a COPY that was not begun has nowhere to go
    if (step.kind === "copy-in") continue;
    const next = steps[index + 1];
    const messages = await runSql(client, step, mode, next?.kind === "copy-in" ? next.data : undefined);
    answers.push({ step, messages });
    if (messages.at(-1)?.tag !== "Z") break;
  }
  return answers;
}

async function runSql(
  client: WireClient,
  step: Extract<Step, { kind: "sql" }>,
  mode: Mode,
  copyIn: string | undefined,
): Promise<readonly WireMessage[]> {
  const bound = (resultFormats: readonly number[] = []): Buffer =>
    send.bind("", "", { values: step.params ?? [], resultFormats });
  const parse = send.parse("", step.sql);
  const describe = send.describe("P", "");
  const isExtended = mode !== "simple";
  switch (mode) {
    case "simple":
      client.send(send.query(step.sql));
      break;
    case "text":
      client.send(parse, bound(), describe, send.execute(""), send.sync());
      break;
    case "binary":
      client.send(parse, bound([BINARY]), describe, send.execute(""), send.sync());
      break;
    case "again":
      client.send(parse, bound(), send.execute(""), send.sync());
      break;
    case "parts":
      client.send(parse, bound(), describe);
      client.send(...(GIVES_ROWS.test(step.sql) ? PARTS : [0]).map((rows) => send.execute("", rows)), send.sync());
      break;
  }
  const first = await untilAnswered(client, copyIn ?? "", isExtended);
  if (mode !== "again" || ONLY_ONCE.test(step.sql) || first.at(-1)?.tag !== "Z") return first;
  client.send(bound([BINARY]), send.execute(""), send.sync());
  return [...first, ...(await untilAnswered(client, copyIn ?? "", isExtended))];
}

/** Everything up to ReadyForQuery or the connection's end; a COPY that asks for data gets it. */
async function untilAnswered(client: WireClient, copyIn: string, isExtended: boolean): Promise<readonly WireMessage[]> {
  const received: WireMessage[] = [];
  for (;;) {
    const message = await client.next();
    if (message === undefined) return received;
    // a view of a chunk that many messages share
    received.push({ tag: message.tag, body: Buffer.from(message.body) });
    if (message.tag === "Z") return received;
    if (message.tag !== "G") continue;
    client.send(send.copyData(copyIn), send.copyDone());
    // the Sync before was read as part of the COPY and ignored
    if (isExtended) client.send(send.sync());
  }
}
