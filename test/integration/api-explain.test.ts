import { readFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askApi, type Answered } from "../support/ask-api.ts";
import { startRoad, type Road } from "../support/road.ts";

let road: Road;
let ca: string;

const policy = {
  policy: "readers",
  who: { groups: ["readers"] },
  where: { connections: ["shop"] },
  rules: [{ allow: ["read"], on: ["public.*"], except: ["public.secrets"] }],
  masks: [{ columns: ["public.people.email"], with: "email" }],
};

beforeAll(async () => {
  road = await startRoad({ api: true, policies: [policy] });
  ca = await readFile(road.certificates.caFile, "utf8");
  const client = new pg.Client(road.server.url);
  await client.connect();
  await client.query("create table people (id int, email text); create table secrets (key text)");
  await client.end();
});
afterAll(() => road[Symbol.asyncDispose]());

function explain(statement: string, more: object = {}): Promise<Answered> {
  const { port = 0, socket = "" } = road.gateway.api ?? {};
  const body = { principal: { name: "rita", groups: ["readers"] }, connection: "shop", statement, ...more };
  return askApi({ port, socket, ca }, "/v1/policies/explain", { method: "POST", local: true, body });
}

describe("POST /v1/policies/explain", () => {
  it("decides by the live objects of the database, as a session would", async () => {
    const { status, body } = await explain("select email from people; select key from secrets");
    expect([status, body]).toMatchObject([
      200,
      {
        catalog: "live",
        statements: [
          { decision: "allow", outputs: [{ name: "email", mask: "email" }] },
          { decision: "deny", relations: [{ verb: "read", name: "public.secrets" }] },
        ],
      },
    ]);
  });

  it("says what is wrong with a text, and with what is not there", async () => {
    expect((await explain("selekt")).body).toMatchObject({ statements: [{ decision: "deny" }] });
    const nowhere = await explain("select 1", { connection: "nowhere" });
    expect([nowhere.status, nowhere.body["code"]]).toEqual([422, "store/invalid"]);
    const stranger = await explain("select 1", { principal: { name: "stranger" } });
    expect(stranger.body).toMatchObject({ statements: [{ decision: "deny" }] });
  });
});
