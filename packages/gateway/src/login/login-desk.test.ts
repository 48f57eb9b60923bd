import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDeskFixture, createFakeServer, type DeskFixture, type FakeServer } from "./testing/desk-fixture.ts";
import { providerDocument } from "./testing/memory-store.ts";
import { signToken } from "./testing/local-identity-provider.ts";
import { scriptedTalk, type Script, type ScriptedTalk } from "./testing/scripted-talk.ts";
import type { LoginDesk, LoginRequest } from "./login-desk.ts";

let fixture: DeskFixture;
let token: string;

beforeAll(async () => {
  fixture = await createDeskFixture();
  token = await signToken(fixture.provider, { claims: { exp: 4_000_000_000 } });
});
beforeEach(() => {
  fixture.store.replace(fixture.documents);
  for (const list of [fixture.logLines, fixture.opened, fixture.servers]) list.length = 0;
});
afterAll(() => fixture[Symbol.asyncDispose]());

type Request = Partial<LoginRequest<FakeServer>>;

/** A login that must fail: what the client was told, and what the log says. */
async function refused(
  script: Script,
  request: Request = {},
  desk: LoginDesk = fixture.desk(),
): Promise<{ script: ScriptedTalk; told: GatewayError; reason: string }> {
  const scripted = scriptedTalk(script);
  const admitted = desk.admit(scripted.talk, fixture.request(request));
  const error: unknown = await admitted.catch((reason: unknown) => reason);
  const told = scripted.rejections[0];
  if (told === undefined) throw new Error("the client was not told");
  expect(error).toBe(told);
  expect(scripted.rejections).toHaveLength(1);
  const line = fixture.logLines.at(-1);
  expect(line).toMatchObject({
    session: "session-1",
    address: "192.0.2.7",
    code: told.code,
  });
  return { script: scripted, told, reason: String(line?.["reason"]) };
}

function clientSees(error: GatewayError): object {
  return { code: error.code, summary: error.summary, detail: error.detail, hint: error.hint };
}

describe("a login that is let in", () => {
  it("by token: proven, authorized, opened, then welcomed", async () => {
    const { talk, steps } = scriptedTalk({ user: "alice", database: "shop", token });
    const login = await fixture.desk().admit(talk, fixture.request());
    expect(steps).toEqual(["token", "welcome"]);
    expect(login).toMatchObject({
      principal: { name: "alice", groups: ["dba"] },
      credential: { kind: "token", identityProvider: "local" },
      connection: { connection: "shop" },
      database: "shopdb",
      expires: new Date(4_000_000_000_000),
      limits: { maxMs: 7_200_000, idleMs: 900_000 },
    });
    expect(login.server).toBe(fixture.servers[0]);
    expect(fixture.logLines).toMatchObject([
      {
        level: "info",
        event: "login.admitted",
        principal: "alice",
        connection: "shop",
        credential: "token",
      },
    ]);
    expect(JSON.stringify(fixture.logLines)).not.toContain(token.slice(-20));
  });

  it("by ticket: with the ticket's connection, and the database that was picked", async () => {
    const { name, secret } = fixture.ticket;
    for (const database of ["shop/other", "other", name, "shop"]) {
      const { talk, steps } = scriptedTalk({ user: name, database, secret });
      const login = await fixture.desk().admit(talk, fixture.request());
      expect(steps).toEqual(["proof", "welcome"]);
      expect(login).toMatchObject({
        principal: { name: "bob" },
        credential: { kind: "ticket", ticket: { name } },
        database: database.endsWith("other") ? "other" : "shopdb",
      });
    }
  });
});

describe("a login that is refused", () => {
  it.each<[string, () => Script, RegExp]>([
    ["no token at all", () => ({ user: "alice", database: "shop" }), /not a signed JWT/],
    ["somebody else's token", () => ({ user: "bob", database: "shop", token }), /token is of "alice", not of "bob"/],
    ["an unknown ticket", () => ({ user: "bob~00000000", secret: "x" }), /there is no ticket "bob~00000000"/],
    ["a wrong secret", () => ({ user: fixture.ticket.name, secret: "x" }), /wrong secret for ticket/],
    [
      "a ticket for elsewhere",
      () => ({ user: `${fixture.ticket.name}+vault`, secret: fixture.ticket.secret }),
      /ticket "bob~\w+" is for "shop", not for "vault"/,
    ],
  ])("for %s says no more than that it failed", async (_, script, reason) => {
    const failure = await refused(script());
    expect(failure.reason).toMatch(reason);
    expect(clientSees(failure.told)).toEqual(clientSees(new GatewayError("login/failed", "")));
    expect(fixture.opened).toEqual([]);
  });

  it("for an expired ticket only after the proof", async () => {
    const now = (): number => Date.now() + 120_000;
    const { name, secret } = fixture.ticket;
    const { told, reason, script } = await refused({ user: name, secret }, {}, fixture.desk({ now }));
    expect(reason).toMatch(/has expired/);
    expect(script.steps).toEqual(["proof", "reject"]);
    expect(clientSees(told)).toEqual(clientSees(new GatewayError("login/failed", "")));
  });

  it("for a ticket that is withdrawn while its proof is on the way", async () => {
    const askProof = async (): Promise<boolean> => {
      fixture.store.replace({ ...fixture.documents, tickets: [] });
      return true;
    };
    expect((await refused({ user: fixture.ticket.name, askProof })).reason).toMatch(/withdrawn during the login/);
  });

  it("asks for an unknown ticket as for a known one, and each time with the same salt", async () => {
    const desk = fixture.desk();
    const unknown = [
      await refused({ user: "eve~00000000" }, {}, desk),
      await refused({ user: "eve~00000000" }, {}, desk),
      await refused({ user: "eve~11111111" }, {}, desk),
    ].map(({ script }) => script.verifiers[0]);
    const known = (await refused({ user: fixture.ticket.name }, {}, desk)).script.verifiers[0];
    expect(unknown[0]).toEqual(unknown[1]);
    expect(unknown[0]?.salt).not.toEqual(unknown[2]?.salt);
    const shape = (verifier = unknown[0]): unknown => [
      verifier?.salt.length,
      verifier?.iterations,
      verifier?.storedKey.length,
    ];
    expect(shape()).toEqual(shape(known));
  });

  it("is let in by no proof of an unknown ticket, whatever the protocol claims", async () => {
    expect((await refused({ user: "eve~00000000", askProof: async () => true })).reason).toMatch(/there is no ticket/);
  });

  it("tells a connection without access, an unknown one and one of another protocol not apart", async () => {
    const unregistered = await refused({ user: "alice", database: "nowhere", token });
    const closed = await refused({ user: "alice", database: "vault", token });
    const mysql = await refused({ user: "alice", database: "shop-mysql", token });
    expect(unregistered.reason).toMatch(/"nowhere", which is not registered/);
    expect(closed.reason).toMatch(/No policy gives alice access to vault/);
    expect(mysql.reason).toMatch(/speaks "mysql", the client "pg"/);
    expect(clientSees(closed.told)).toEqual(clientSees(unregistered.told));
    expect(clientSees(mysql.told)).toEqual(clientSees(unregistered.told));
    expect(closed.told.code).toBe("login/no-access");
    expect(fixture.opened).toEqual([]);
  });

  it.each([
    ["was revoked", "alice"],
    ["acts for one who was", "carol"],
  ])("for a principal that %s, which the client cannot tell from missing access", async (_what, revoked) => {
    const claims = { exp: 4_000_000_000, on_behalf_of: "carol" };
    const own = await signToken(fixture.provider, { claims });
    const provider = { ...fixture.documents.identityProviders?.[0] };
    const identityProviders = [providerDocument({ ...provider, principal: { onBehalfOf: "on_behalf_of" } })];
    fixture.store.replace({ ...fixture.documents, identityProviders, revokedPrincipals: [revoked] });
    const { told, reason } = await refused({ user: "alice", database: "shop", token: own });
    expect(told.code).toBe("login/no-access");
    expect(reason).toContain(`the access of "${revoked}" was revoked`);
    expect(fixture.opened).toEqual([]);
  });

  it("while the store is away, before anything is asked", async () => {
    const away = new GatewayError("store/unavailable", "made unreachable by the test");
    const assertReachable = (): never => {
      throw away;
    };
    const desk = fixture.desk({ store: { ...fixture.store, assertReachable } });
    const { told, script } = await refused({ user: "alice", database: "shop", token }, {}, desk);
    expect(told).toBe(away);
    expect(script.steps).toEqual(["reject"]);
  });

  it("for too many failures before it asks the store anything", async () => {
    let asked = 0;
    const catchUp = async (): Promise<void> => {
      asked += 1;
    };
    const desk = fixture.desk({ store: { ...fixture.store, catchUp } });
    const guess = () => refused({ user: fixture.ticket.name, secret: "guess" }, {}, desk);
    let attempts = 1;
    while ((await guess()).told.code !== "login/rate-limited") attempts += 1;
    expect(asked).toBe(attempts - 1);
  });

  it("for a store that went away while it was asked what is new", async () => {
    const away = new GatewayError("store/unavailable", "made unreachable by the test");
    let isAway = false;
    const catchUp = async (): Promise<void> => {
      isAway = true;
    };
    const assertReachable = (): void => {
      if (isAway) throw away;
    };
    const desk = fixture.desk({ store: { ...fixture.store, assertReachable, catchUp } });
    const { name, secret } = fixture.ticket;
    expect((await refused({ user: name, secret }, {}, desk)).told).toBe(away);
    expect(fixture.opened).toEqual([]);
  });

  it("logs a claimed name on one line, and no token that was put in its place", async () => {
    await refused({ user: "al\nice", database: "shop" });
    expect(fixture.logLines[0]?.["user"]).toBe("al\\u{a}ice");
    const { told } = await refused({ user: token, database: "shop" });
    expect(JSON.stringify(fixture.logLines)).not.toContain(token.slice(20, 60));
    expect(told.code).toBe("login/failed");
  });

  it("says that the documents cannot be read rather than that the credential is wrong", async () => {
    const unreadable = new GatewayError("policy/unavailable", "tickets.yaml: line 3");
    const store = {
      ...fixture.store,
      snapshot: () => {
        throw unreadable;
      },
    };
    const { told } = await refused({ user: fixture.ticket.name, secret: "x" }, {}, fixture.desk({ store }));
    expect(told).toBe(unreadable);
  });
});

describe("a login that is too slow or called off", () => {
  const silent = (): Promise<never> => new Promise(() => undefined);

  it("ends when its time is over", async () => {
    const { told } = await refused(
      { user: "alice", database: "shop", askToken: silent },
      {},
      fixture.desk({ timeoutMs: 20 }),
    );
    expect(told.code).toBe("login/timeout");
  });

  it("ends with the reason of whoever calls it off, at any step", async () => {
    const shutdown = new GatewayError("gateway/shutting-down", "SIGTERM");
    const asking = new AbortController();
    const askToken = (): Promise<Secret<string>> => {
      asking.abort(shutdown);
      return silent();
    };
    expect((await refused({ user: "alice", database: "shop", askToken }, { signal: asking.signal })).told).toBe(
      shutdown,
    );
    const { told, script } = await refused(
      { user: "alice", database: "shop", token },
      { signal: AbortSignal.abort(shutdown) },
    );
    expect(told).toBe(shutdown);
    expect(script.steps).toEqual(["reject"]);
  });

  it("drops a server that was opened too late", async () => {
    const shutdown = new GatewayError("gateway/shutting-down", "SIGTERM");
    const opening = new AbortController();
    const server = createFakeServer();
    const openServer: LoginRequest<FakeServer>["openServer"] = async () => {
      opening.abort(shutdown);
      return server;
    };
    await refused({ user: "alice", database: "shop", token }, { openServer, signal: opening.signal });
    expect(server.destroyedWith).toEqual([shutdown]);
  });

  it("does not wait for a client that does not take its refusal", async () => {
    const desk = fixture.desk({ rejectMs: 20 });
    expect((await refused({ user: "", reject: silent }, {}, desk)).told.code).toBe("login/failed");
    const gone = async (): Promise<never> => {
      throw new Error("EPIPE");
    };
    expect((await refused({ user: "", reject: gone }, {}, desk)).told.code).toBe("login/failed");
  });
});

describe("between opening the server and the welcome", () => {
  it("an agent's error reaches the client as it is", async () => {
    const noAgent = new GatewayError("tunnel/no-agent", "no agent of group default is online");
    const openServer = (): Promise<never> => Promise.reject(noAgent);
    const { told, script } = await refused({ user: "alice", database: "shop", token }, { openServer });
    expect(told).toBe(noAgent);
    expect(script.steps).toEqual(["token", "reject"]);
  });

  it("access that ended meanwhile is no access", async () => {
    const server = createFakeServer();
    const openServer: LoginRequest<FakeServer>["openServer"] = async () => {
      fixture.store.replace({ ...fixture.documents, policies: [] });
      return server;
    };
    const { told } = await refused({ user: "alice", database: "shop", token }, { openServer });
    expect(told.code).toBe("login/no-access");
    expect(server.destroyedWith).toEqual([told]);
  });

  it.each<[string, NonNullable<Script["welcome"]>, RegExp]>([
    [
      "breaks",
      async () => {
        throw new Error("EPIPE");
      },
      /EPIPE/,
    ],
    [
      "spends its permit twice",
      async (permit) => {
        permit.spend();
        permit.spend();
      },
      /spent twice/,
    ],
    ["spends no permit", async () => undefined, /without its permit/],
  ])("a welcome that %s drops the server and shows in the log where", async (_, welcome, reason) => {
    const failure = await refused({ user: "alice", database: "shop", token, welcome });
    expect(failure.told).toMatchObject({ code: "internal/unexpected", detail: undefined });
    expect(failure.reason).toMatch(reason);
    expect(fixture.servers[0]?.destroyedWith).toEqual([failure.told]);
    const line = fixture.logLines.at(-1);
    expect(line?.["level"]).toBe("error");
    expect(line?.["stack"]).toMatch(/^at /);
  });
});

describe("failed logins", () => {
  it("stop the next one before it is asked anything, until the budget is back", async () => {
    const desk = fixture.desk();
    for (let n = 0; n < 10; n += 1) await refused({ user: "alice", database: "shop", token: "x" }, {}, desk);
    const { told, script } = await refused({ user: "alice", database: "shop", token }, {}, desk);
    expect(told.code).toBe("login/rate-limited");
    expect(script.steps).toEqual(["reject"]);
  });

  it("are not those of clients that hang up, of an agent that is away, or of missing access", async () => {
    const desk = fixture.desk();
    const openServer = (): Promise<never> => Promise.reject(new GatewayError("tunnel/no-agent", ""));
    const askToken = (): Promise<never> => Promise.reject(new GatewayError("client/gone", "hung up"));
    for (let n = 0; n < 12; n += 1) {
      await refused({ user: "alice", database: "shop", askToken }, {}, desk);
      await refused({ user: "alice", database: "vault", token }, {}, desk);
      const away = await refused({ user: "alice", database: "shop", token }, { openServer }, desk);
      expect(away.told.code).toBe("tunnel/no-agent");
    }
    expect(fixture.logLines.slice(0, 3)).toMatchObject([
      { level: "info", event: "login.abandoned" },
      { level: "warn", event: "login.refused", code: "login/no-access" },
      { level: "warn", event: "login.refused", code: "tunnel/no-agent" },
    ]);
  });
});
