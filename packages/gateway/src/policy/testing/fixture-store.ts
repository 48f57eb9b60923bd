import { GatewayError } from "@sallyport/shared/errors";
import { assembleSnapshot } from "../../store/assemble-snapshot.ts";
import type { Store, StoreSnapshot } from "../../store/store.ts";

/** For tests: a store whose documents are a text, read as a folder's would be. */
export interface FixtureStore extends Store {
  /** Puts other documents in the place of all; undefined makes them unreadable. */
  replace(text: string | undefined): void;
}

/** Makes a store of YAML documents, which may have protocol `postgres`. Throws on faulty ones. */
export function createFixtureStore(text: string): FixtureStore {
  let current: StoreSnapshot | undefined = read(text);
  const listeners = new Set<() => void>();
  return {
    snapshot() {
      if (current === undefined) throw new GatewayError("policy/unavailable", "made unreadable by the test");
      return current;
    },
    assertReachable: () => undefined,
    catchUp: () => Promise.resolve(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(next) {
      current = next === undefined ? undefined : read(next);
      for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
    },
  };
}

function read(text: string): StoreSnapshot {
  const assembled = assembleSnapshot([{ name: "fixture.yaml", text }], ["postgres"]);
  if (assembled.kind === "faulty") throw new GatewayError("policy/unavailable", assembled.problems.join(" "));
  return assembled.snapshot;
}
