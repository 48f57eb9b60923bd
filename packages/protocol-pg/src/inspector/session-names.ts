import type { Parameter } from "@sallyport/shared/statement";
import type { NamedObject } from "../messages/named-object.ts";
import type { PgStatement } from "../statements/read-text.ts";
import type { SqlEffect } from "../statements/sql-effect.ts";
import { NameTable } from "./name-table.ts";

/** A prepared statement; without one where its text was empty. */
export interface Prepared {
  readonly statement: PgStatement | undefined;
}

/** A portal or cursor: a statement ready to be run. */
export interface Portal {
  readonly statement: PgStatement | undefined;
  readonly parameters: readonly Parameter[];
  /** Outlives its transaction (DECLARE … WITH HOLD). */
  readonly hold: boolean;
}

const nothing = (): boolean => false;
const heldOnes = (portal: Portal): boolean => portal.hold;

/** The prepared statements and portals of one session, which the protocol and SQL share: PREPARE makes what Bind can use, and DECLARE what Execute can. */
export class SessionNames {
  readonly statements = new NameTable<Prepared>();
  readonly portals = new NameTable<Portal>();

  get size(): number {
    return this.statements.size + this.portals.size;
  }

  /** A statement was sent whose running changes names. */
  expect(effect: SqlEffect, statement: PgStatement, segment: number): void {
    switch (effect.kind) {
      case "prepare":
        this.statements.expect(effect.name, { statement: effect.statement }, segment);
        break;
      case "deallocate":
        if (effect.name === undefined) this.statements.expectClear(segment);
        else this.statements.expect(effect.name, undefined, segment);
        break;
      case "declare":
        this.portals.expect(effect.name, { statement, parameters: [], hold: effect.hold }, segment);
        break;
      case "close-cursor":
        if (effect.name === undefined) this.portals.expectClear(segment);
        else this.portals.expect(effect.name, undefined, segment);
        break;
      case "discard":
        this.statements.expectClear(segment);
        this.portals.expectClear(segment);
        break;
      case "end-transaction":
        this.portals.expectClear(segment);
        break;
      case "none":
      case "execute":
      case "fetch":
      case "copy-in":
        break;
    }
  }

  /** The statement of `expect` was carried out, or it was not. */
  settle(effect: SqlEffect, carriedOut: boolean): void {
    switch (effect.kind) {
      case "prepare":
        this.statements.settle(effect.name, carriedOut);
        break;
      case "deallocate":
        if (effect.name === undefined) this.statements.settleClear(carriedOut, nothing);
        else this.statements.settle(effect.name, carriedOut);
        break;
      case "declare":
        this.portals.settle(effect.name, carriedOut);
        break;
      case "close-cursor":
        if (effect.name === undefined) this.portals.settleClear(carriedOut, nothing);
        else this.portals.settle(effect.name, carriedOut);
        break;
      case "discard":
        this.statements.settleClear(carriedOut, nothing);
        this.portals.settleClear(carriedOut, nothing);
        break;
      case "end-transaction":
        this.portals.settleClear(carriedOut, heldOnes);
        break;
      case "none":
      case "execute":
      case "fetch":
      case "copy-in":
        break;
    }
  }

  expectClose(object: NamedObject, segment: number): void {
    this.#table(object).expect(object.name, undefined, segment);
  }

  settleClose(object: NamedObject, carriedOut: boolean): void {
    this.#table(object).settle(object.name, carriedOut);
  }

  /** A simple query drops the unnamed statement and portal before anything else. */
  expectUnnamedDropped(segment: number): void {
    this.statements.expect("", undefined, segment);
    this.portals.expect("", undefined, segment);
  }

  settleUnnamedDropped(carriedOut: boolean): void {
    this.statements.settle("", carriedOut);
    this.portals.settle("", carriedOut);
  }

  /** The server stands outside any transaction: only held cursors are left. */
  transactionEnded(): void {
    this.portals.dropConfirmed(heldOnes);
  }

  #table(object: NamedObject): NameTable<Prepared> | NameTable<Portal> {
    return object.kind === "statement" ? this.statements : this.portals;
  }
}
