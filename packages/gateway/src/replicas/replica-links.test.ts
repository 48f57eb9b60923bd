import { GatewayError } from "@sallyport/shared/errors";
import type { DialledTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import { ServedTunnel } from "@sallyport/shared/tunnel/served-tunnel";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { until } from "../../../../test/support/until.ts";
import type { ReplicaRow } from "../store/doors/replicas.ts";
import { ReplicaLinks } from "./replica-links.ts";

const lost = new GatewayError("tunnel/agent-lost", "not in this test");

describe("the links to other replicas", () => {
  it("say which groups there are to each that comes, and to all only when these are others", async () => {
    await using neighbours = startLinks();
    await neighbours.lookAt([replica("one"), replica("two")]);
    await until(() => neighbours.heard.length === 2);
    neighbours.links.tellServing();
    for (const groups of [["shops"], ["shops"], ["shops", "banks"], ["banks", "shops"]]) {
      neighbours.groups = groups;
      neighbours.links.tellServing();
    }
    expect(neighbours.heard).toEqual(["one:", "two:", "one:shops", "two:shops", "one:banks,shops", "two:banks,shops"]);
  });

  it("are newer than those before, also to a replica that was gone and came back", async () => {
    await using neighbours = startLinks();
    for (const times of [1, 2, 3]) {
      await neighbours.lookAt([replica("one")]);
      await until(() => neighbours.epochs.length === times);
      await neighbours.lookAt([]);
      neighbours.cut();
      await until(() => neighbours.endedCount === times);
    }
    expect(neighbours.epochs).toEqual([1, 2, 3]);
  });

  it("stay while they are good, to a replica that was taken for dead and comes back", async () => {
    await using neighbours = startLinks();
    await neighbours.lookAt([replica("one")]);
    await until(() => neighbours.heard.length === 1);
    await neighbours.lookAt([]);
    await neighbours.lookAt([replica("one")]);
    neighbours.groups = ["shops"];
    neighbours.links.tellServing();
    expect(neighbours.heard).toEqual(["one:", "one:shops"]);
    expect([neighbours.epochs, neighbours.endedCount]).toEqual([[1], 0]);
  });

  it("are not made anew to a replica that is gone", async () => {
    await using neighbours = startLinks();
    await neighbours.lookAt([replica("one"), replica("two")]);
    await until(() => neighbours.heard.length === 2);
    await neighbours.lookAt([replica("two")]);
    neighbours.cut();
    await until(() => neighbours.epochs.length === 3);
    expect(neighbours.heard.filter((words) => words.startsWith("one"))).toHaveLength(1);
  });

  it("stay while the store cannot say who is there", async () => {
    await using neighbours = startLinks();
    await neighbours.lookAt([replica("one")]);
    await until(() => neighbours.epochs.length === 1);
    await neighbours.lookAt(undefined);
    expect(neighbours.endedCount).toBe(0);
  });
});

interface Neighbourhood {
  /** Who is there; undefined while the store is away. */
  rows: readonly ReplicaRow[] | undefined;
  groups: readonly string[];
  readonly heard: string[];
  readonly epochs: number[];
  endedCount: number;
}

/** Links whose every dialling succeeds, and what went over them. */
function startLinks() {
  const state: Neighbourhood = { rows: [], groups: [], heard: [], epochs: [], endedCount: 0 };
  const online = new Set<ServedTunnel>();
  let looks = 0;
  const links = new ReplicaLinks({
    own: "own",
    list: () => {
      looks += 1;
      if (state.rows !== undefined) return Promise.resolve(state.rows);
      return Promise.reject(new GatewayError("store/unavailable", "away"));
    },
    dial: ({ id }, epoch, signal): Promise<DialledTunnel> => {
      state.epochs.push(epoch);
      const ended = Promise.withResolvers<GatewayError>();
      const served = new ServedTunnel({
        opener: {
          open: () => Promise.reject(lost),
          cancel: () => Promise.resolve(),
        },
        sendControl: ({ message }) => {
          if (message.case === "serving") state.heard.push(`${id}:${message.value.groups.join(",")}`);
        },
        sendRelay: (_message, sent) => sent(),
        hangUp: () => ended.resolve(lost),
        onOnline: () => undefined,
        log: memoryLog(),
      });
      online.add(served);
      signal.addEventListener("abort", () => served.close(lost), { once: true });
      void ended.promise.then(() => {
        online.delete(served);
        state.endedCount += 1;
      });
      return Promise.resolve({
        registered: { replica: id, agent: "own", group: "(replicas)" },
        served,
        ended: ended.promise,
      });
    },
    groups: () => state.groups,
    log: memoryLog(),
  });
  return Object.assign(state, {
    links,
    /** Resolves when the links are kept to these. */
    async lookAt(rows: Neighbourhood["rows"]): Promise<void> {
      const before = looks;
      state.rows = rows;
      links.look();
      await until(() => looks > before);
    },
    /** Ends what is online, as neighbours do that go. */
    cut: () => online.forEach((served) => served.close(lost)),
    [Symbol.asyncDispose]: () => links.close(),
  });
}

function replica(id: string): ReplicaRow {
  const now = new Date();
  return { id, relayAddress: `${id}:1`, startedAt: now, heartbeatAt: now, draining: false };
}
