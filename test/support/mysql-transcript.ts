import { createHash } from "node:crypto";
import { readAnswer } from "./mysql-answer.ts";
import type { MysqlCommand } from "./mysql-commands.ts";
import type { MysqlMessage, MysqlRawClient } from "./mysql-raw-client.ts";

/** What no server calls a statement. */
const NEVER_GIVEN = 0x7fff_0000;
const ERR = 0xff;
/** Of longer ones only the hash is told. */
const LONG_BYTES = 100_000;

/** Plays commands one after another and tells every message that came, a line each. Ends where the connection does. */
export async function transcriptOf(
  client: MysqlRawClient,
  commands: readonly MysqlCommand[],
  file?: string,
): Promise<readonly string[]> {
  const { flags } = client;
  const given: { readonly number: number; readonly parameters: number }[] = [];
  const numberOf = (prepared: number): number => given[prepared - 1]?.number ?? NEVER_GIVEN + prepared;
  const parametersOf = (prepared: number): number => given[prepared - 1]?.parameters ?? 0;
  const lines: string[] = [];
  for (const { name, payload, answer } of commands) {
    await client.send(payload({ flags, numberOf, parametersOf }));
    lines.push(`-- ${name}`);
    let isFirst = true;
    const onMessage = (message: MysqlMessage): void => {
      const isNumbered = answer === "prepare" && isFirst && message.payload[0] === 0;
      if (isNumbered) {
        given.push({ number: message.payload.readUInt32LE(1), parameters: message.payload.readUInt16LE(7) });
      }
      lines.push(isNumbered ? told(message, 5) : told(message));
      isFirst = false;
    };
    await readAnswer(client, answer, { onMessage, file });
  }
  return lines;
}

function told({ sequence, payload }: MysqlMessage, from = 0): string {
  if (payload.length > LONG_BYTES) {
    return `${sequence} ${payload.length} bytes, ${createHash("sha256").update(payload).digest("hex")}`;
  }
  const text = payload.toString("latin1", from);
  return `${sequence} ${JSON.stringify(payload[0] === ERR ? withoutNumbers(text) : text)}`;
}

/** The number of a prepared statement is nobody else's, and which function of the server's source missed it says nothing. */
function withoutNumbers(error: string): string {
  return error
    .replace(/(prepared statement handler) \(\d+\) given to .*/, "$1 (…)")
    .replace(/(The statement) \(\d+\) (has no open cursor)/, "$1 (…) $2");
}

/** What is to come through the gateway: what the server said, but for errors of the server's that the gateway answers itself. */
export function expectedOf(direct: readonly string[], through: readonly string[]): readonly string[] {
  return direct.map((line, at) => {
    const own = through[at];
    return own?.includes("sallyport: ") === true && headOf(own) === headOf(line) ? own : line;
  });
}

/** The sequence id, and that it is an error. */
function headOf(line: string): string {
  return /^\d+ "ÿ/.exec(line)?.[0] ?? "";
}
