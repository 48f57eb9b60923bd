import type { ClientStep } from "@sallyport/shared/adapter";
import type { Permit } from "@sallyport/shared/permit";
import type { Statement } from "@sallyport/shared/statement";

/** Statements to decide, and what begins once they are. */
export interface Judgement {
  readonly kind: "judge";
  readonly statements: readonly Statement[];
  /** Begins the exchange; may give bytes for the server in the frame's place. */
  readonly onAdmitted: (permits: readonly Permit[]) => Buffer | undefined;
}

/** A step that needs no decision. */
export type PlainStep = Exclude<ClientStep, { kind: "judge" }>;

/** What a command comes to. */
export type CommandStep = PlainStep | Judgement;
