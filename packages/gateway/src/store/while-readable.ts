import type { Store } from "./store.ts";

/** While documents cannot be read, tunnels and sessions stay as they are: every statement is refused meanwhile. */
export function whileReadable(store: Store, takeUp: () => void): void {
  try {
    store.snapshot();
  } catch {
    return;
  }
  takeUp();
}
