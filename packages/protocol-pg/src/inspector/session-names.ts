import type { Parameter } from "@sallyport/shared/statement";
import type { NamedObject } from "../messages/named-object.ts";
import type { PgStatement, SqlEffect } from "../statements/read-text.ts";
import { NameTable } from "./name-table.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";

/** A prepared statement; without one where its text was empty. */
export interface Prepared {
  readonly statement: PgStatement | undefined;
}

/**
 * What a portal runs. `empty`: nothing, its text was empty. `unseen`: the server may have made it of a statement that the
 * gateway never saw defined, so it is not run. `cursor`: made by DECLARE; running it does nothing to names.
 */
export type Portal =
  | { readonly kind: "empty" | "unseen" }
  | { readonly kind: "bound"; readonly statement: PgStatement; readonly parameters: readonly Parameter[] }
  | {
      readonly kind: "cursor";
      readonly statement: ResolvedStatement;
      /** Outlives its transaction (DECLARE … WITH HOLD). */
      readonly hold: boolean;
    };

const NO_EFFECT: SqlEffect = { kind: "none" };

/** Of a portal's values; with as many messages as may be open at once, 4 MiB. */
const MAX_SUPERSEDED_BYTES = 1024;

const UNSEEN: Portal = { kind: "unseen" };

function bytesOf(portal: Portal): number {
  if (portal.kind !== "bound") return 0;
  return portal.parameters.reduce((bytes, { value }) => bytes + (value?.length ?? 0), 0);
}

/** Large values of a portal that is bound anew before anything was answered are let go: a batch would keep all of them. */
const withoutMuch = (portal: Portal): Portal => (bytesOf(portal) > MAX_SUPERSEDED_BYTES ? UNSEEN : portal);

/** What drops all prepared statements leaves the unnamed one. */
const isUnnamed = (_: Prepared, name: string): boolean => name === "";

const isHeld = (portal: Portal): boolean => portal.kind === "cursor" && portal.hold;

/** The prepared statements and portals of one session, which the protocol and SQL share: PREPARE makes what Bind can use, and DECLARE what Execute can. */
export class SessionNames {
  readonly statements = new NameTable<Prepared>({ weigh: ({ statement }) => statement?.text.length ?? 0 });
  readonly portals = new NameTable<Portal>({ weigh: bytesOf, superseded: withoutMuch });

  get size(): number {
    return this.statements.size + this.portals.size;
  }

  /** A statement was sent whose running may define a name. */
  expect(statement: ResolvedStatement, segment: number): void {
    const { effect } = statement;
    if (effect.kind === "prepare") this.statements.expect(effect.name, { statement: effect.statement }, segment);
    if (effect.kind !== "declare") return;
    const cursor: Portal = { kind: "cursor", statement: { ...statement, effect: NO_EFFECT }, hold: effect.hold };
    this.portals.expect(effect.name, cursor, segment);
  }

  /** A statement of this effect was carried out, or it was not. */
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
        if (effect.name === undefined) this.statements.dropAll(isUnnamed);
        else this.statements.drop(effect.name);
        break;
      case "close-cursor":
        if (effect.name === undefined) this.portals.dropAll();
        else this.portals.drop(effect.name);
        break;
      case "discard":
        this.statements.dropAll(isUnnamed);
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
      case "copy-out":
        break;
    }
  }
}
