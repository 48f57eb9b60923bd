import type { Principal } from "@sallyport/shared/principal";
import { createPolicyEngine } from "../policy-engine.ts";
import type { PolicyView } from "../policy-view.ts";
import { createFixtureStore } from "./fixture-store.ts";

const bob: Principal = { name: "bob", kind: "human", groups: [], claims: {} };

/** For tests: what one policy for everybody, given by its keys from `rules` on, says to bob in the database shop. */
export function viewOfRules(keys: string, now: () => Date = () => new Date("2026-06-01T12:00:00Z")): PolicyView {
  const store = createFixtureStore(
    `policy: p\nwho: { principals: ["*"] }\nwhere: { connections: ["*"] }\n${keys.trim()}\n`,
  );
  return createPolicyEngine(store, now).viewFor({ principal: bob, connection: "shop", database: "shop" });
}
