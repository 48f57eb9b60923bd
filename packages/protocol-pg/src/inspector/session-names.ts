import type { Parameter } from "@sallyport/shared/statement";
import type { NamedObject } from "../messages/named-object.ts";
import type { PgStatement } from "../statements/read-text.ts";
import type { SqlEffect } from "../statements/read-text.ts";
import { NameTable } from "./name-table.ts";

/** A prepared statement; without one where its text was empty. */
export interface Prepared {
  readonly statement: PgStatement | undefined;
}

/**
 * What a portal or cursor runs. `empty`: nothing, its text was empty. `unseen`: the server may have made it of a statement
 * that the gateway never saw defined, so it is not run.
 */
export type Portal =
  | { readonly kind: "empty" | "unseen" }
  | {
      readonly kind: "statement";
      readonly statement: PgStatement;
      /** What running the portal does to names: of a cursor nothing, though its statement is the DECLARE that made it. */
      readonly effect: SqlEffect;
      readonly parameters: readonly Parameter[];
      /** Outlives its transaction (DECLARE … WITH HOLD). */
      readonly hold: boolean;
    };

const NO_EFFECT: SqlEffect = { kind: "none" };

const isHeld = (portal: Portal): boolean => portal.kind === "statement" && portal.hold;

/** The prepared statements and portals of one session, which the protocol and SQL share: PREPARE makes what Bind can use, and DECLARE what Execute can. */
export class SessionNames {
  readonly statements = new NameTable<Prepared>();
  readonly portals = new NameTable<Portal>();

  get size(): number {
    return this.statements.size + this.portals.size;
  }

  /** A statement was sent whose running defines names. */
  expect(effect: SqlEffect, statement: PgStatement, segment: number): void {
    if (effect.kind === "prepare") this.statements.expect(effect.name, { statement: effect.statement }, segment);
    if (effect.kind !== "declare") return;
    const { name, hold } = effect;
    this.portals.expect(name, { kind: "statement", statement, effect: NO_EFFECT, parameters: [], hold }, segment);
  }

  /** The statement of `expect` was carried out, or it was not. */
  settle(effect: SqlEffect, carriedOut: boolean): void {
    if (effect.kind === "prepare") this.statements.settle(effect.name, carriedOut);
    else if (effect.kind === "declare") this.portals.settle(effect.name, carriedOut);
    else if (carriedOut) this.#drop(effect);
  }

  closed({ kind, name }: NamedObject): void {
    if (kind === "statement") this.statements.drop(name);
    else this.portals.drop(name);
  }

  /** The server stands outside any transaction: only held cursors are left. */
  transactionEnded(): void {
    this.portals.dropAll(isHeld);
  }

  #drop(effect: SqlEffect): void {
    switch (effect.kind) {
      case "deallocate":
        if (effect.name === undefined) this.statements.dropAll();
        else this.statements.drop(effect.name);
        break;
      case "close-cursor":
        if (effect.name === undefined) this.portals.dropAll();
        else this.portals.drop(effect.name);
        break;
      case "discard":
        this.statements.dropAll();
        this.portals.dropAll();
        break;
      // What portals a transaction's end leaves depends on where they were made; `transactionEnded` clears up.
      case "end-transaction":
      case "none":
      case "prepare":
      case "execute":
      case "declare":
      case "fetch":
      case "copy-in":
        break;
    }
  }
}
