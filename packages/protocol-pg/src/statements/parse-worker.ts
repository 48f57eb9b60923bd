import { parentPort, workerData } from "node:worker_threads";
import { isGrammarMajor, type GrammarMajor } from "./grammar-packages.ts";
import { Grammar } from "./grammar.ts";
import { parseText } from "./parse-text.ts";
import type { ReadText } from "./read-text.ts";
import { judgeText } from "./text-budget.ts";
import { unreadableText } from "./unreadable.ts";

/** `lasting`: the text itself was read or judged. Otherwise it was refused for want of time, room or stack, and may be asked for again. */
export interface DeskAnswer {
  readonly read: ReadText;
  readonly lasting: boolean;
}

/** What the worker says: once that its grammar is loaded, then one answer per text. */
export type WorkerReply = { readonly kind: "ready" } | { readonly kind: "read"; readonly answer: DeskAnswer };

/** The memory of an instance never shrinks, so it is not kept after a text that made it large. */
const RENEW_ABOVE_BYTES = 512 * 1024;

/** Reads one text after the other, on a stack that is deeper than the main thread's. The tree stays here: only its reading is sent back. */
async function work(): Promise<void> {
  const port = parentPort;
  const major: unknown = workerData;
  if (port === null || typeof major !== "number" || !isGrammarMajor(major)) return;
  const grammar = await Grammar.load(major);
  const reply = (message: WorkerReply): void => port.postMessage(message);
  port.on("message", (bytes: Uint8Array) => {
    const sql = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const answer = answerTo(grammar, sql, major);
    if (sql.length <= RENEW_ABOVE_BYTES && grammar.ready) {
      reply({ kind: "read", answer });
      return;
    }
    void grammar.renew().then(() => reply({ kind: "read", answer }));
  });
  reply({ kind: "ready" });
}

function answerTo(grammar: Grammar, sql: Buffer, major: GrammarMajor): DeskAnswer {
  const verdict = judgeText(sql);
  if (verdict.kind === "refused") return { read: unreadableText(sql, verdict.because), lasting: true };
  const read = parseText(grammar, sql, major);
  // how deep the stack reaches differs from one time to the next
  if (read === undefined) return { read: unreadableText(sql, "The text is too complex to be read."), lasting: false };
  return { read, lasting: true };
}

await work();
