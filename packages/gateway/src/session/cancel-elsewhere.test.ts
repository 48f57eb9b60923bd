import { createHmac } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import { afterEach, describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import type { Control } from "../store/doors/control.ts";
import { CancelElsewhere } from "./cancel-elsewhere.ts";
import { SessionRegistry, type LiveSession, type SessionOwner } from "./session-registry.ts";

type Message = Parameters<Control["send"]>[0];

const KEY = Buffer.alloc(32, 7);
const alice: SessionOwner = { principal: "alice", connection: "shop" };

let opened = new DisposableStack();
afterEach(() => {
  opened.dispose();
  opened = new DisposableStack();
});

describe("a key that a client shows to another replica", () => {
  it("cancels its session there, and is not told to whoever listens", async () => {
    const channel = createChannel();
    const [here, there] = [replica("here", channel), replica("there", channel)];
    const { key, cancelled } = there.login(alice);
    await here.cancels.byKey(key);
    expect(cancelled()).toBe(1);
    expect(channel.said).toHaveLength(1);
    expect(JSON.stringify(channel.said)).not.toContain(key.secret.toString("base64"));
  });

  it("cancels nothing where it is guessed, or where its proof is of another number", async () => {
    const channel = createChannel();
    const [here, there] = [replica("here", channel), replica("there", channel)];
    const [one, other] = [there.login(alice), there.login(alice)];
    await here.cancels.byKey({ id: one.key.id, secret: other.key.secret });
    await here.cancels.byKey({ id: one.key.id, secret: Buffer.alloc(0) });
    const proofOf = (id: number, key: Buffer) =>
      createHmac("sha256", key).update(`${id} `).update(one.key.secret).digest("base64");
    for (const proof of [proofOf(other.key.id, KEY), proofOf(one.key.id, Buffer.alloc(32)), "", "AAAA"])
      await channel.send({ kind: "cancel-key", id: one.key.id, proof });
    expect([one.cancelled(), other.cancelled()]).toEqual([0, 0]);
  });
});

describe("a session that names another by its number", () => {
  it("has it cancelled at another replica, if that is its own principal's on the same connection", async () => {
    const channel = createChannel();
    const [here, there] = [replica("here", channel), replica("there", channel)];
    const { key, cancelled } = there.login(alice);
    expect(await here.cancels.sibling(alice, key.id)).toBe(true);
    for (const owner of [
      { ...alice, principal: "mallory" },
      { ...alice, connection: "bank" },
    ])
      expect(await here.cancels.sibling(owner, key.id)).toBe(false);
    expect(cancelled()).toBe(1);
  });

  it("is told that none was found where the server was not told", async () => {
    const channel = createChannel();
    const [here, there] = [replica("here", channel), replica("there", channel)];
    const { key } = there.login(alice, () => Promise.reject(new GatewayError("server/lost", "gone")));
    expect(await here.cancels.sibling(alice, key.id)).toBe(false);
  });

  it("is heard and answered while strangers show more keys than the store takes", async () => {
    const channel = createChannel();
    const [here, there] = [replica("here", channel), replica("there", channel)];
    const { key } = there.login(alice);
    const free = channel.hold("cancel-key");
    const flood = [here, there].flatMap(({ cancels }) =>
      Array.from({ length: 100 }, (_, id) => cancels.byKey({ id, secret: Buffer.alloc(4) })),
    );
    expect(await here.cancels.sibling(alice, key.id)).toBe(true);
    free();
    await Promise.all(flood);
    expect(channel.said.filter(({ kind }) => kind === "cancel-key")).toHaveLength(32);
  });
});

/** What replicas say to each other reaches all of them, and the one that says it. */
function createChannel() {
  const listeners = new Set<(message: Message) => void>();
  const said: Message[] = [];
  const held = new Map<unknown, Promise<void>>();
  return {
    said,
    async send(message: Message): Promise<void> {
      await held.get(message["kind"]);
      said.push(message);
      for (const listener of listeners) listener(message);
    },
    onMessage(listener: (message: Message) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** What is said of that kind waits until the function that is returned is called. */
    hold(kind: string): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(kind, promise);
      return resolve;
    },
  };
}

function replica(own: string, control: Control) {
  const sessions = new SessionRegistry();
  const rows = ["here", "there"].map((id) => {
    const now = new Date();
    return { id, relayAddress: undefined, startedAt: now, heartbeatAt: now, draining: false };
  });
  const replicas = { own, list: () => Promise.resolve(rows) };
  const cancels = opened.use(new CancelElsewhere({ control, replicas, sessions, key: KEY, log: memoryLog() }));
  let count = 0;
  const login = (owner: SessionOwner, cancel = () => Promise.resolve()) => {
    let cancelled = 0;
    count += 1;
    const session: LiveSession = {
      id: `${own}-${count}`,
      owner,
      over: new Promise(() => undefined),
      end: () => undefined,
      endAtRest: () => undefined,
      recheckAccess: () => undefined,
      cancel: () => {
        cancelled += 1;
        return cancel();
      },
    };
    return { key: sessions.mintCancelKey({ session }, 4), cancelled: () => cancelled };
  };
  return { cancels, login };
}
