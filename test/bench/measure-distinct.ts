import { Grammar } from "@sallyport/protocol-pg/statements/grammar";
import { longStatement, shortStatement } from "./bench-statements.ts";
import { createDecisionRig } from "./decision-rig.ts";

const PARTS = 5;
const GRAMMAR = 18;
const MB = 1024 * 1024;

/** Memory of this process over many statements of which none comes twice, and over many parses: a cache or a heap without a bound shows as a line that keeps rising. */
export async function measureDistinct(effort: { readonly distinct: number; readonly parses: number }): Promise<void> {
  const decide = await createDecisionRig();
  console.log(`memory over distinct statements, at the start: ${memory()}`);
  await inParts(effort.distinct, "statements read, resolved and decided", async (n) => {
    const sql = n % 20 === 0 ? longStatement(n) : shortStatement(n);
    await decide(sql);
    // what comes again is kept for a while
    if (n % 4 === 0) await decide(sql);
  });
  const grammar = await Grammar.load(GRAMMAR);
  await inParts(effort.parses, "parses by one instance of the grammar", (n) => {
    grammar.parse(n % 2 === 0 ? longStatement(n) : Buffer.from(`SELECT '${"x".repeat(n % 10_000)}' FROM (${n}`));
  });
  console.log();
}

async function inParts(times: number, what: string, once: (n: number) => Promise<void> | void): Promise<void> {
  const each = Math.ceil(times / PARTS);
  for (let part = 0; part < PARTS; part++) {
    for (let index = 0; index < each; index++) await once(part * each + index);
    console.log(`after ${(each * (part + 1)).toLocaleString("en")} ${what}: ${memory()}`);
  }
}

function memory(): string {
  const { rss, heapUsed, external } = process.memoryUsage();
  return `resident ${megabytes(rss)}, heap ${megabytes(heapUsed)}, outside of it ${megabytes(external)}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
