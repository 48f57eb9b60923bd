import type { DocumentKind } from "../documents/document-kinds.ts";
import type { Actor } from "./actor.ts";

/** A document as it is kept. `body` has passed the schema of its kind when it was applied. */
export interface StoredDocument {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** That of all documents, at the moment this one was last changed. */
  readonly revision: number;
  readonly author: string;
  readonly changedAt: Date;
}

/** One of the forms a document has had; without a body it was deleted then. */
export interface DocumentRevision extends Omit<StoredDocument, "body" | "changedAt"> {
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly at: Date;
}

/** What is to become of one document; without a body it is deleted. */
export interface DocumentChange {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** The documents and the revision of them all, read at one moment. */
export interface DocumentSet {
  readonly revision: number;
  readonly documents: readonly StoredDocument[];
}

/** The documents with all their earlier forms. */
export interface Documents {
  /** All of them, by kind and name. */
  readAll(): Promise<DocumentSet>;
  /** Newest first. */
  revisionsOf(kind: DocumentKind, name: string): Promise<readonly DocumentRevision[]>;
  /**
   * Carries all changes out or none, with an audit row each. Throws `store/conflict` when the documents are no longer
   * those of `expectedRevision`. Resolves to the new revision, or the old one when there was nothing to change. Bodies are
   * taken as they are: what comes from people goes through `apply`.
   */
  change(changes: readonly DocumentChange[], actor: Actor, expectedRevision: number): Promise<number>;
}
