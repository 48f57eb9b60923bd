/** What a request with a key came to. */
export type Begun =
  /** Nobody has come with it yet: carry it out, then `finish` or `drop`. */
  | { readonly kind: "new" }
  | { readonly kind: "answered"; readonly status: number; readonly answer: unknown }
  /** The first one is still being carried out. */
  | { readonly kind: "running" }
  /** The key came before, with another request. */
  | { readonly kind: "mismatch" };

/** Requests that may come twice and shall be carried out once. Keys are forgotten after a day. */
export interface IdempotencyKeys {
  begin(principal: string, key: string, requestHash: string): Promise<Begun>;
  finish(principal: string, key: string, status: number, answer: unknown): Promise<void>;
  /** It failed in a way that may be tried again. */
  drop(principal: string, key: string): Promise<void>;
}
