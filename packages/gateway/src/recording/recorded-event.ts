import type { Outcome } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import type { Denial } from "../policy/decision.ts";

/** A value as it is kept: text as it is, bytes as base64, long ones cut with the hash of the whole. */
export type RecordedParameter =
  | null
  | string
  | { readonly base64: string }
  | { readonly cut: string; readonly bytes: number; readonly sha256: string };

/** A decision as it is kept: what was decided, and by what; how results are masked follows from the documents of that version. */
export type RecordedDecision =
  | {
      readonly kind: "allow";
      readonly rules: readonly string[];
      readonly version: string;
      /** The names of the columns of its result that are masked; left out where none is. */
      readonly masked?: readonly string[];
    }
  | Denial;

/** What a recording holds, in the order it happened. The file format is one of these per line, with `at` in front. */
export type RecordedEvent =
  | {
      readonly type: "opened";
      readonly session: string;
      readonly protocol: string;
      readonly principal: string;
      readonly kind: string;
      readonly groups: readonly string[];
      readonly onBehalfOf?: string;
      readonly connection: string;
      readonly database?: string;
      readonly address: string;
      readonly serverVersion: string;
    }
  | {
      readonly type: "statement";
      readonly id: string;
      readonly stage: "define" | "run";
      readonly text: string;
      /** The id of the record that has the text in full; `text` is then its beginning. */
      readonly textOf?: string;
      readonly parameters?: readonly RecordedParameter[];
      /** The id of the record that has the same parameters. */
      readonly parametersOf?: string;
      readonly verbs: readonly Verb[];
      /** What it names, as far as that is plain to see. */
      readonly objects?: readonly string[];
      readonly decision: RecordedDecision;
    }
  | ({ readonly type: "outcome" } & Outcome)
  | { readonly type: "closed"; readonly reason: string; readonly statements: number };
