import { stat } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containing } from "../support/text-matchers.ts";
import { startApiRig, type ApiRig } from "../support/api-rig.ts";
import type { Answered, Asked } from "../support/ask-api.ts";

let rig: ApiRig;
let admin: string;
let self: string;

beforeAll(async () => {
  rig = await startApiRig([pg]);
  [admin, self] = await Promise.all([rig.token("admin"), rig.token("self")]);
});
afterAll(() => rig[Symbol.asyncDispose]());

const ask = (path: string, asked: Asked = {}): Promise<Answered> => rig.ask(path, { token: admin, ...asked });

/** Sends bytes as they are over TLS; resolves to all that came back. */
async function raw(...parts: readonly string[]): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port: rig.port, ca: rig.ca, servername: "localhost" });
  const received = text(socket).catch(() => "");
  socket.on("error", () => undefined);
  for (const part of parts) socket.write(part);
  return await received;
}

const head = (line: string, ...headers: readonly string[]): string =>
  [line, "host: localhost", ...headers, "", ""].join("\r\n");

describe("the head of a request", () => {
  it("may carry one token, not two, in whatever order", async () => {
    for (const tokens of [
      [self, admin],
      [admin, self],
    ]) {
      const both = tokens.map((token) => `authorization: Bearer ${token}`);
      const answer = await raw(head("GET /v1/audit HTTP/1.1", ...both, "connection: close"));
      expect(answer).toContain("HTTP/1.1 401");
      expect(answer).toContain("api/unauthenticated");
    }
  });

  it.each(["?access_token=", "?token=", "?authorization=Bearer%20"])(
    "has its token in a header, not as %s",
    async (query) => {
      const { status } = await ask(`/v1/me${query}${admin}`, { token: undefined });
      expect(status).toBe(401);
      expect(JSON.stringify(rig.log.lines)).not.toContain(admin);
    },
  );

  it("cannot hold a second request", async () => {
    const inner = head("GET /v1/audit HTTP/1.1", `authorization: Bearer ${admin}`);
    const smuggled = head(
      "POST /v1/apply HTTP/1.1",
      "content-length: 4",
      "transfer-encoding: chunked",
      "connection: close",
    );
    expect(await raw(`${smuggled}0\r\n\r\n${inner}`)).toMatch(/^HTTP\/1\.1 400 .*api\/invalid"[^]*$/s);
    const twoLengths = head("POST /v1/apply HTTP/1.1", "content-length: 0", "content-length: 5", "connection: close");
    expect(await raw(twoLengths)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(head("GET /v1/me HTTP/1.1", "x-a: 1\nauthorization: Bearer x"))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("is bounded", async () => {
    expect(await raw(head("GET /v1/me HTTP/1.1", `x-much: ${"x".repeat(40_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("says nothing that makes anybody local", async () => {
    for (const header of ["x-forwarded-for", "x-real-ip", "forwarded", "x-sallyport-local", "x-forwarded-user"]) {
      expect((await ask("/v1/me", { token: undefined, headers: { [header]: "127.0.0.1" } })).status).toBe(401);
    }
    expect((await ask("/v1/me", { headers: { "x-http-method-override": "DELETE" } })).status).toBe(200);
  });

  it("does not choose the id that log and audit name", async () => {
    const { headers } = await ask("/v1/me", { headers: { "x-request-id": "chosen" } });
    expect(headers["x-request-id"]).toMatch(/^[\da-f-]{36}$/);
  });
});

describe("the way in", () => {
  it("is TLS 1.2 or newer, and nothing in the clear", async () => {
    const plain = connectTcp(rig.port, "127.0.0.1");
    plain.on("error", () => undefined);
    plain.end(head("GET /healthz HTTP/1.1", "connection: close"));
    expect(await text(plain).catch(() => "")).not.toContain("200");
    const old = new Promise((resolve) => {
      const socket = connectTls({
        host: "127.0.0.1",
        port: rig.port,
        ca: rig.ca,
        servername: "localhost",
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
        ciphers: "ALL:@SECLEVEL=0",
      });
      socket.once("secureConnect", () => resolve("connected"));
      socket.once("error", () => resolve("refused"));
    });
    expect(await old).toBe("refused");
  });

  it("by the socket is open to the gateway's own user alone", async () => {
    const { mode } = await stat(rig.socket);
    expect(mode & 0o777).toBe(0o600);
    expect((await rig.askLocal("/v1/audit")).status).toBe(200);
  });
});

describe("bodies", () => {
  const post = (body: string, headers: Asked["headers"] = {}): Promise<Answered> =>
    ask("/v1/apply", { method: "POST", body, headers });

  it("are bounded before they are read", async () => {
    const huge = head(
      "POST /v1/tickets HTTP/1.1",
      `authorization: Bearer ${admin}`,
      "content-type: application/json",
      "content-length: 999999999",
      "connection: close",
    );
    expect(await raw(huge, "{")).toMatch(/^HTTP\/1\.1 413 .*api\/too-large/s);
    const chunked = head(
      "POST /v1/tickets HTTP/1.1",
      `authorization: Bearer ${admin}`,
      "content-type: application/json",
      "transfer-encoding: chunked",
      "connection: close",
    );
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    expect(await raw(chunked, chunk, chunk)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each([
    ["__proto__", '{"documents":[{"__proto__":{"admin":true}}]}'],
    ["constructor.prototype", '{"documents":[{"constructor":{"prototype":{"admin":true}}}]}'],
    ["an escaped __proto__", '{"documents":[{"__pr\\u006fto__":{"admin":true}}]}'],
    ["no JSON", "{"],
    ["nothing", ""],
    ["deep nesting", `{"documents":[{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}]}`],
    ["a NUL", '{"documents":[{"policy":"a\\u0000b"}]}'],
    ["another shape", "[]"],
  ])("with %s are refused", async (_what, body) => {
    const { status, body: problem } = await post(body);
    expect([status, problem["code"]]).toEqual([400, "api/invalid"]);
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
  ])("of type %s are refused", async (type) => {
    const { status, body } = await post("{}", { "content-type": type });
    expect([status, body["code"]]).toEqual([415, "api/media-type"]);
  });

  it("in an encoding are not unpacked", async () => {
    const { status } = await post("\u001f\u008b", { "content-encoding": "gzip" });
    expect(status).toBe(400);
  });
});

describe("paths", () => {
  it.each([
    ["/v1/connections/..%2f..%2faudit", 400],
    ["/v1/connections/shop%00", 400],
    ["/v1/connections/SHOP", 400],
    ["/v1/connections/%E0%A4%A", 404],
    [`/v1/connections/${"a".repeat(3_000)}`, 404],
    ["/v1/sessions/..%2f..%2f..%2fetc%2fpasswd/events", 400],
    ["/v1/sessions/%2e%2e/events", 400],
    ["/v1/principals/a%00b", 400],
    ["/v1/principals?kind=human%00", 400],
    ["/v1/audit?name=a%00b", 400],
    ["/v1/audit?from=yesterday", 400],
    ["/v1/audit?limit=0", 400],
    ["/v1/audit?limit=1e9", 400],
    ["/v1/audit?limit=1&limit=2", 400],
    ["/v1/audit?__proto__=x", 400],
    ["//v1/audit", 404],
    ["/v1/audit/", 404],
    ["/V1/audit", 404],
    ["/v2/audit", 404],
    ["/", 404],
  ] as const)("%.80s → %i, as a problem", async (path, expected) => {
    const { status, body, headers } = await ask(path);
    expect([status, body["status"], body["requestId"]]).toEqual([expected, expected, headers["x-request-id"]]);
  });

  it("know their methods", async () => {
    const { status, headers, body } = await ask("/v1/apply");
    expect([status, headers["allow"], body["code"]]).toEqual([405, "POST", "api/method-not-allowed"]);
    expect((await ask("/v1/connections/shop", { method: "PATCH" })).headers["allow"]).toBe("GET, PUT, DELETE");
    expect((await ask("/v1/me", { method: "TRACE" })).status).toBe(405);
    expect((await ask("/v1/me", { method: "OPTIONS", token: undefined })).status).toBe(405);
  });
});

describe("cursors", () => {
  it.each([
    "/v1/audit?after=nonsense",
    `/v1/audit?after=${Buffer.from('["1; drop table audit"]').toString("base64url")}`,
    `/v1/audit?after=${Buffer.from("[1e400]").toString("base64url")}`,
    `/v1/audit?after=${Buffer.from("[9007199254740991]").toString("base64url")}`,
    `/v1/sessions?after=${Buffer.from('[{"$gt":0},1]').toString("base64url")}`,
    `/v1/sessions?after=${Buffer.from('[8640000000000000,"x"]').toString("base64url")}`,
    `/v1/tickets?after=${Buffer.from('[0,"a\\u0000"]').toString("base64url")}`,
    `/v1/principals?after=${Buffer.from('["\\u0000"]').toString("base64url")}`,
    "/v1/connections?after=%25%25",
  ])("that were made up (%s) are refused, or lead nowhere", async (path) => {
    const { status, body } = await ask(path);
    if (status !== 200)
      expect([
        [400, "api/invalid"],
        [422, "store/invalid"],
      ]).toContainEqual([status, body["code"]]);
  });

  it("of one's own list lead to nothing of others", async () => {
    await rig.ask("/v1/tickets", {
      method: "POST",
      token: admin,
      body: { connection: "vault", principal: { name: "zoe", kind: "human" } },
    });
    const cursor = Buffer.from(`[${Date.now() + 60_000},"zzz"]`).toString("base64url");
    expect((await rig.ask(`/v1/tickets?after=${cursor}`, { token: self })).body["items"]).toEqual([]);
    expect((await rig.ask(`/v1/tickets?after=${cursor}`, { token: admin })).text).toContain("zoe~");
  });
});

describe("what is not there", () => {
  it("looks the same to who may not see it as what is", async () => {
    const [there, gone] = await Promise.all([
      rig.ask("/v1/connections/shop", { token: self }),
      rig.ask("/v1/connections/there-is-none", { token: self }),
    ]);
    expect([there.status, gone.status]).toEqual([403, 403]);
    expect({ ...there.body, requestId: "" }).toEqual({ ...gone.body, requestId: "" });
  });
});

describe("whoever asks too often", () => {
  it("is told when to come again, before and after it is known who it is", async () => {
    await using own = await startApiRig([pg], {
      requestsPerAddress: 60,
      refusedPerAddress: 5,
      requestsPerPrincipal: 10,
    });
    const token = await own.token("viewer");
    const answers = [];
    for (let times = 0; times < 12; times += 1) answers.push(await own.ask("/v1/me", { token }));
    const refused = answers.find(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
    expect(refused).toMatchObject({
      body: { code: "api/rate-limited", detail: containing("this principal") },
    });
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    const other = await own.token("viewer", { claims: { sub: "other" } });
    expect((await own.ask("/v1/me", { token: other })).status).toBe(200);

    for (let times = 0; times < 6; times += 1) await own.ask("/v1/me", { token: "a.b.c" });
    const guessing = await own.ask("/v1/me", { token: other });
    expect([guessing.status, guessing.body["detail"]]).toEqual([429, containing("tokens that were refused")]);
    // who is at the gateway's host is not kept out by strangers
    for (let times = 0; times < 80; times += 1) expect((await own.askLocal("/v1/me")).status).toBe(200);
  });
});

describe("a slow request", () => {
  it("is ended, and holds up nobody", async () => {
    const began = Date.now();
    const slow = raw(
      head(
        "POST /v1/tickets HTTP/1.1",
        `authorization: Bearer ${admin}`,
        "content-type: application/json",
        "content-length: 100",
      ),
      "{",
    );
    await delay(100);
    expect((await ask("/v1/me")).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});
