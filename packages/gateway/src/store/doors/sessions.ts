import type { Page, PageRequest } from "./page.ts";

/** A session that has logged in. */
export interface OpenedSession {
  readonly id: string;
  readonly principal: string;
  readonly onBehalfOf: string | undefined;
  readonly kind: string;
  readonly connection: string;
  readonly database: string | undefined;
  readonly protocol: string;
  readonly address: string;
  readonly agent: string | undefined;
  readonly openedAt: Date;
}

export interface SessionRow extends OpenedSession {
  readonly replica: string;
  readonly closedAt: Date | undefined;
  /** Why it ended, as a code of the error vocabulary; undefined while it lives, and where its client ended it in order. */
  readonly endCode: string | undefined;
  readonly statements: number;
}

/** Which sessions. */
export interface SessionFilter {
  readonly open?: boolean | undefined;
  readonly principal?: string | undefined;
  readonly connection?: string | undefined;
  readonly replica?: string | undefined;
}

/** The sessions of all replicas, those that are over too. */
export interface Sessions {
  /** Notes it. Never waits for the store and never fails: while the store is away, what is to be noted is kept. */
  opened(session: OpenedSession): void;
  closed(id: string, endCode: string | undefined, statements: number): void;
  find(id: string): Promise<SessionRow | undefined>;
  /** Newest first. */
  list(filter: SessionFilter, page: PageRequest): Promise<Page<SessionRow>>;
}
