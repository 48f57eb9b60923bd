import type { EvasionCase } from "./cases.ts";
import type { Leak } from "./leak-finder.ts";
import type { Answer } from "./modes.ts";
import { comparable, errorsIn, isRefusal, isUnreadable, rowsIn } from "./received.ts";

/** One run of a case: what came back, and why its connection was of no use at the end, if so. */
export interface Run {
  readonly answers: readonly Answer[];
  readonly lost: string | undefined;
}

/** `refused` where the gateway said no, or nobody can read the last step; `failed` where the server itself gave an error; else `ran`. */
export type Outcome = "ran" | "refused" | "failed";

/** What went wrong: something was seen, ran, was changed, or was not let through. */
export interface Failure {
  readonly what: "leaked" | "ran" | "harmed" | "hindered" | "lost";
  readonly detail: string;
}

/** Holds a run against what the case expects; `direct` is the same without the gateway, where it is compared. */
export function judge(
  { expect }: EvasionCase,
  through: Run,
  direct: Run | undefined,
  leak: Leak | undefined,
  harm: readonly string[],
): { readonly outcome: Outcome; readonly failures: readonly Failure[] } {
  const failures: Failure[] = harm.map((detail) => ({ what: "harmed", detail }));
  if (leak !== undefined) failures.push({ what: "leaked", detail: `${leak.column} ${leak.as}: ${leak.seen}` });
  if (through.lost !== undefined) failures.push({ what: "lost", detail: through.lost });
  const errors = errorsIn(messagesOf(through));
  const isRefused = errors.some(isRefusal) || errorsIn(through.answers.at(-1)?.messages ?? []).some(isUnreadable);
  const outcome = isRefused ? "refused" : errors.length > 0 ? "failed" : "ran";
  switch (expect) {
    case "safe":
      break;
    case "alike":
      failures.push(...unlikenesses(through));
      break;
    case "refused":
      if (outcome !== "refused") failures.push({ what: "ran", detail: "the gateway refused no step of it" });
      break;
    case "masked":
      failures.push(...hindrances(through, direct));
      break;
    case "benign":
      failures.push(...differences(through, direct));
      break;
  }
  return { outcome, failures };
}

function hindrances(through: Run, direct: Run | undefined): readonly Failure[] {
  const error = errorsIn(messagesOf(through))[0];
  if (error !== undefined) return [{ what: "hindered", detail: `${error.code} ${error.message}` }];
  const [wanted, got] = [rowsIn(direct === undefined ? [] : messagesOf(direct)), rowsIn(messagesOf(through))];
  return wanted === got ? [] : [{ what: "hindered", detail: `${got} rows instead of ${wanted}` }];
}

function unlikenesses(through: Run): readonly Failure[] {
  const rows = messagesOf(through).filter(({ tag }) => tag === "D" || tag === "d");
  const [first] = rows;
  const other = rows.find(({ body }) => first?.body.equals(body) === false);
  return other === undefined ? [] : [{ what: "leaked", detail: "not all rows are alike" }];
}

function differences(through: Run, direct: Run | undefined): readonly Failure[] {
  const wanted = direct === undefined ? [] : comparable(messagesOf(direct));
  const got = comparable(messagesOf(through));
  const at = Array.from({ length: Math.max(wanted.length, got.length) }).findIndex((_, i) => wanted[i] !== got[i]);
  if (at === -1) return [];
  const error = errorsIn(messagesOf(through))[0];
  const words = error === undefined ? "" : ` (${error.message})`;
  return [
    { what: "hindered", detail: `${shown(got[at])}${words} instead of ${shown(wanted[at])}, as message ${at + 1}` },
  ];
}

function messagesOf({ answers }: Run): Answer["messages"] {
  return answers.flatMap(({ messages }) => messages);
}

function shown(line: string | undefined): string {
  return line === undefined ? "nothing" : JSON.stringify(line.slice(0, 200));
}
