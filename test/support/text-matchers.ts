import { expect } from "vitest";

/** vitest types its matchers as `any`; these are to be put into an expected object as they are. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
