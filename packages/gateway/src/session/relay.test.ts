import { setImmediate as turn } from "node:timers/promises";
import type { ClientStep, Inspector, ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, Framer } from "@sallyport/shared/frame";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import { describe, expect, it } from "vitest";
import { createPolicyEngine } from "../policy/policy-engine.ts";
import { PolicyGate } from "../policy/policy-gate.ts";
import { createFixtureStore } from "../policy/testing/fixture-store.ts";
import { Relay } from "./relay.ts";

const policy = `
policy: everything
who: { principals: ["*"] }
where: { connections: ["*"] }
rules: [{ allow: ["*"] }]
`;

const stopped = new GatewayError("session/expired", "the test has stopped it");

/** A stream that gives what it is fed and keeps what it is written. */
class FedStream implements ByteStream {
  readonly closed = new Promise<void>(() => undefined);
  readonly #fed: (Buffer | undefined)[] = [];
  #reader: PromiseWithResolvers<Buffer | undefined> | undefined;
  written = "";

  feed(text: string | undefined): void {
    const bytes = text === undefined ? undefined : Buffer.from(text);
    if (this.#reader === undefined) this.#fed.push(bytes);
    else this.#reader.resolve(bytes);
    this.#reader = undefined;
  }

  read(): Promise<Buffer | undefined> {
    if (this.#fed.length > 0) return Promise.resolve(this.#fed.shift());
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  write(bytes: Uint8Array): undefined {
    this.written += Buffer.from(bytes).toString();
  }

  end = (): void => undefined;
  destroy = (): void => undefined;
}

/** Every byte is a frame. */
class ByteFramer implements Framer {
  readonly atBoundary = true;
  #chunk = Buffer.alloc(0);
  #at = 0;

  push(chunk: Buffer): void {
    this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  next(): Frame | undefined {
    if (this.isEmpty) return undefined;
    const start = this.#at++;
    return { tag: this.#chunk.readUInt8(start), chunk: this.#chunk, start, end: start + 1, part: "whole" };
  }

  get isEmpty(): boolean {
    return this.#at === this.#chunk.length;
  }
}

function noTalk(): never {
  throw stopped;
}

/** `k` cancels, `a` logs in anew, anything else passes and is noted. */
class LetterInspector implements Inspector {
  readonly busy = false;
  readonly inTransaction = false;
  seen = "";

  fromClient({ tag }: Frame): ClientStep {
    const letter = String.fromCharCode(tag);
    this.seen += letter;
    if (letter === "k") return { kind: "cancel", id: 7, told: Buffer.from("told "), unknown: Buffer.from("unknown ") };
    if (letter === "a") return { kind: "log-in-again", talk: noTalk };
    return { kind: "forward" };
  }

  fromServer = (): ServerStep => ({ kind: "verbatim" });
  admit = (): undefined => undefined;
  refuse = () => ({});
  farewell = (): Buffer => Buffer.from("bye");
}

function started(cancelSibling: (id: number) => Promise<boolean>) {
  const [client, server] = [new FedStream(), new FedStream()];
  const inspector = new LetterInspector();
  const recording = { append: () => undefined, commit: () => undefined, close: () => undefined };
  const principal = { name: "alice", kind: "human", groups: [], claims: {} } as const;
  const subject = { principal, connection: "shop", database: undefined };
  const relay = new Relay({
    client: { stream: client, framer: new ByteFramer() },
    server: { stream: server, framer: new ByteFramer() },
    inspector,
    gate: new PolicyGate(createPolicyEngine(createFixtureStore(policy)).viewFor(subject), recording),
    commitRecording: () => undefined,
    onOutcome: () => undefined,
    cancelOwn: () => Promise.resolve(),
    cancelSibling,
    onActivity: () => undefined,
  });
  return { client, server, inspector, relay, ended: relay.run() };
}

describe("a relay that cancels what another session runs", () => {
  it("answers in turn: what came before has gone on, and what comes behind waits", async () => {
    const asked = Promise.withResolvers<boolean>();
    const { client, server, ended } = started(() => asked.promise);
    client.feed("xkyk");
    await turn();
    expect([server.written, client.written]).toEqual(["x", ""]);
    asked.resolve(true);
    await turn();
    expect([server.written, client.written]).toEqual(["xy", "told told "]);
    client.feed(undefined);
    expect(await ended).toEqual({ kind: "client-closed" });
  });

  it("looks at nothing more when it was stopped meanwhile", async () => {
    const asked = Promise.withResolvers<boolean>();
    const { client, server, inspector, relay, ended } = started(() => asked.promise);
    client.feed("kxx");
    await turn();
    relay.stop(stopped);
    await expect(ended).rejects.toBe(stopped);
    asked.resolve(true);
    await turn();
    expect([inspector.seen, server.written, client.written]).toEqual(["k", "", ""]);
  });
});

describe("a relay whose client logs in anew", () => {
  it("ends, with how the next login begins, and leaves the client's bytes to it", async () => {
    const { client, ended } = started(() => Promise.resolve(false));
    client.feed("xa");
    expect(await ended).toMatchObject({ kind: "next-login" });
    client.feed("proof");
    expect(String(await client.read())).toBe("proof");
  });

  it("ends in a fault where more came along with it", async () => {
    const { client, server, ended } = started(() => Promise.resolve(false));
    client.feed("xay");
    await expect(ended).rejects.toMatchObject({ code: "protocol/out-of-order" });
    expect(server.written).toBe("");
  });
});
