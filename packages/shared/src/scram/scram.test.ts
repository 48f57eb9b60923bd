import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { createScramClient, type ScramClientOptions } from "./scram-client.ts";
import { scramSha1, scramSha256, type ScramHash } from "./scram-hash.ts";
import { createScramServer, type ChannelBinding, type ScramServer } from "./scram-server.ts";
import { deriveVerifier, mockVerifier } from "./scram-verifier.ts";

interface Vector {
  readonly source: string;
  readonly hash: ScramHash;
  readonly clientNonce: string;
  readonly serverNonce: string;
  readonly salt: string;
  readonly messages: readonly [clientFirst: string, serverFirst: string, clientFinal: string, serverFinal: string];
}

/** User `user`, password `pencil`, 4096 iterations. */
const vectors: readonly Vector[] = [
  {
    source: "RFC 5802, section 5",
    hash: scramSha1,
    clientNonce: "fyko+d2lbbFgONRv9qkxdawL",
    serverNonce: "3rfcNHYJY1ZVvWVs7j",
    salt: "QSXCR+Q6sek8bf92",
    messages: [
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
  },
  {
    source: "RFC 7677, section 3",
    hash: scramSha256,
    clientNonce: "rOprNGfwEbeRWgbNEkqO",
    serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    messages: [
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
  },
];

const pencil = new Secret("pencil");
const channel: ChannelBinding = { type: "tls-server-end-point", data: Buffer.from("hash of the certificate") };
const quick = { iterations: 2 };

type Change = (message: string) => string;
const unchanged: Change = (message) => message;

/** Runs a whole exchange; `change` is what somebody in between does to the client's messages. */
async function exchange(
  client: Partial<ScramClientOptions>,
  server: { readonly offered?: ChannelBinding; readonly bound?: boolean; readonly secret?: string },
  change: { readonly first?: Change; readonly final?: Change } = {},
): Promise<boolean> {
  const verifier = await deriveVerifier(new Secret(server.secret ?? "pencil"), quick);
  const prover = createScramClient({ user: "", password: pencil, binding: { kind: "impossible" }, ...client });
  const checker = createScramServer({ verifier, offered: server.offered, bound: server.bound ?? false });
  const serverFirst = checker.first((change.first ?? unchanged)(prover.first()));
  const serverFinal = checker.final((change.final ?? unchanged)(await prover.final(serverFirst)));
  if (serverFinal === undefined) return false;
  prover.verify(serverFinal);
  return true;
}

describe("known answers", () => {
  it.each(vectors)("$source", async ({ hash, clientNonce, serverNonce, salt, messages }) => {
    const [clientFirst, serverFirst, clientFinal, serverFinal] = messages;
    const client = createScramClient({
      user: "user",
      password: pencil,
      binding: { kind: "impossible" },
      hash,
      nonce: clientNonce,
    });
    const verifier = await deriveVerifier(pencil, { hash, salt: Buffer.from(salt, "base64") });
    const server = createScramServer({ verifier, bound: false, hash, nonce: serverNonce });
    expect(client.first()).toBe(clientFirst);
    expect(server.first(clientFirst)).toBe(serverFirst);
    expect(await client.final(serverFirst)).toBe(clientFinal);
    expect(server.final(clientFinal)).toBe(serverFinal);
    expect(() => client.verify(serverFinal)).not.toThrow();
  });
});

describe("an exchange", () => {
  it("succeeds with the right secret, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 1 }),
        fc.string({ unit: "binary" }),
        async (secret, user) => {
          expect(await exchange({ user, password: new Secret(secret) }, { secret })).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("fails with a wrong one", async () => {
    expect(await exchange({ password: new Secret("pen") }, {})).toBe(false);
  });

  it("binds the channel where both can", async () => {
    expect(await exchange({ binding: { kind: "bound", channel } }, { offered: channel, bound: true })).toBe(true);
  });

  it("lets a client that cannot bind in over a channel that could be bound", async () => {
    expect(await exchange({}, { offered: channel })).toBe(true);
  });

  it.each([
    [
      "another channel",
      { binding: { kind: "bound", channel: { ...channel, data: Buffer.from("another") } } },
      true,
      unchanged,
    ],
    ["an offer that was hidden from the client", { binding: { kind: "not-offered" } }, false, unchanged],
    ["the bound mechanism without binding", {}, true, unchanged],
    ["binding under the mechanism without it", { binding: { kind: "bound", channel } }, false, unchanged],
    [
      "an unknown type of binding",
      { binding: { kind: "bound", channel } },
      true,
      (m: string) => m.replace("p=tls-server-end-point", "p=tls-unique"),
    ],
  ] as const)("refuses %s", async (_, client, bound, first) => {
    await expect(exchange(client, { offered: channel, bound }, { first })).rejects.toMatchObject({
      code: "login/failed",
    });
  });

  it.each([
    ["a mandatory extension", { first: (m: string) => m.replace("n=", "m=x,n=") }],
    ["a mandatory extension at the end", { final: (m: string) => m.replace(",p=", ",m=x,p=") }],
    ["an authorization identity", { first: (m: string) => m.replace("n,,", "n,a=admin,") }],
    ["an unknown binding flag", { first: (m: string) => m.replace("n,,", "x,,") }],
    ["a nonce with a space", { first: (m: string) => `${m} ` }],
    ["another nonce in the end", { final: (m: string) => m.replace("r=", "r=x") }],
    ["no proof", { final: (m: string) => m.replace(/,p=.*/, "") }],
    ["a short proof", { final: (m: string) => m.replace(/,p=.*/, ",p=AAAA") }],
    ["something behind the proof", { final: (m: string) => `${m},x=1` }],
    ["a proof that is not base64", { final: (m: string) => m.replace(/,p=.*/, ",p=****") }],
    ["a message without end", { first: (m: string) => m + "x".repeat(5000) }],
  ])("refuses %s", async (_, change) => {
    await expect(exchange({}, {}, change)).rejects.toMatchObject({ code: "protocol/malformed" });
  });

  it("ignores optional extensions", async () => {
    expect(await exchange({}, {}, { first: (message) => message })).toBe(true);
    const server = await newServer();
    expect(() => server.first("n,,n=,r=abc,x=optional")).not.toThrow();
  });

  it("is used once", async () => {
    const server = await newServer();
    expect(() => server.final("c=biws,r=x,p=")).toThrow(GatewayError);
    server.first("n,,n=,r=abc");
    expect(() => server.first("n,,n=,r=abc")).toThrow(GatewayError);
  });
});

describe("a client facing a foul server", () => {
  const client = createScramClient({
    user: "",
    password: pencil,
    binding: { kind: "impossible" },
    nonce: "own",
    maxIterations: 5000,
  });

  it.each([
    ["a nonce that is not ours", "r=other,s=AAAA,i=4096"],
    ["our nonce alone", "r=own,s=AAAA,i=4096"],
    ["too many iterations", "r=ownmore,s=AAAA,i=5001"],
    ["far too many iterations", "r=ownmore,s=AAAA,i=99999999999"],
    ["no iterations", "r=ownmore,s=AAAA,i=0"],
    ["a salt that is not base64", "r=ownmore,s=A,i=4096"],
    ["a mandatory extension", "m=x,r=ownmore,s=AAAA,i=4096"],
  ])("refuses %s", async (_, serverFirst) => {
    await expect(client.final(serverFirst)).rejects.toThrow(GatewayError);
  });

  it("refuses a server that does not know the secret", async () => {
    const fresh = createScramClient({ user: "", password: pencil, binding: { kind: "impossible" }, nonce: "own" });
    expect(() => fresh.verify("v=AAAA")).toThrow("too early");
    await fresh.final("r=ownmore,s=AAAA,i=2");
    for (const foul of ["v=AAAA", `v=${Buffer.alloc(32).toString("base64")}`, "e=other-error", "", "v="]) {
      expect(() => fresh.verify(foul)).toThrow(GatewayError);
    }
  });
});

describe("arbitrary messages", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("n", "y", "p=", ",", "r=", "s=", "i=", "m=", "c=", "v=", "=", "A", "4096", "biws"), {
        maxLength: 20,
      })
      .map((parts) => parts.join("")),
  );

  it("make nothing but GatewayErrors", async () => {
    await fc.assert(
      fc.asyncProperty(texts, texts, async (one, other) => {
        const server = await newServer();
        attempt(() => server.first(one));
        const challenged = await newServer();
        challenged.first("n,,n=,r=abc");
        attempt(() => challenged.final(other));
        const client = createScramClient({
          user: "",
          password: pencil,
          binding: { kind: "impossible" },
          maxIterations: 10,
        });
        await client.final(one).catch(expectGatewayError);
        attempt(() => client.verify(other));
      }),
    );
  });

  function attempt(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      expectGatewayError(error);
    }
  }

  function expectGatewayError(error: unknown): void {
    expect(error).toBeInstanceOf(GatewayError);
  }
});

describe("mockVerifier", () => {
  const key = Buffer.from("key of this gateway");

  it("gives a user the same challenge every time, and others another", async () => {
    expect(mockVerifier("nobody", key)).toEqual(mockVerifier("nobody", key));
    expect(mockVerifier("nobody", key).salt).not.toEqual(mockVerifier("somebody", key).salt);
    expect(mockVerifier("nobody", key).salt).not.toEqual(mockVerifier("nobody", Buffer.from("other")).salt);
  });

  it("looks like a real one", async () => {
    const [real, mock] = [await deriveVerifier(pencil), mockVerifier("nobody", key)];
    expect(shape(mock)).toEqual(shape(real));
    function shape(verifier: typeof mock): readonly number[] {
      return [verifier.iterations, verifier.salt.length, verifier.storedKey.length, verifier.serverKey.length];
    }
  });
});

async function newServer(): Promise<ScramServer> {
  return createScramServer({ verifier: await deriveVerifier(pencil, quick), bound: false });
}
