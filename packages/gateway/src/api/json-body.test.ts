import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { bodyDigest, takeJsonBodies } from "./json-body.ts";

const app = fastify();
takeJsonBodies(app);
app.post("/", async (request) => ({ body: request.body, digest: bodyDigest(request) }));

async function post(payload: string): Promise<{ readonly status: number; readonly text: string }> {
  const { statusCode, body } = await app.inject({
    method: "POST",
    url: "/",
    payload,
    headers: { "content-type": "application/json" },
  });
  return { status: statusCode, text: body };
}

describe("a JSON body", () => {
  it.each(['{"a":"[[[[{{"}', '{"a":"\\\\u0000"}', String.raw`{"a":"\"[["}`, "[]", '{"a":{"b":[1,{"c":null}]}}'])(
    "%s is taken as it is",
    async (payload) => {
      const { status, text } = await post(payload);
      expect(status).toBe(200);
      expect(text).toContain(JSON.stringify(JSON.parse(payload)));
    },
  );

  it.each([
    ["too deep", "[".repeat(65) + "]".repeat(65)],
    ["NUL", '{"a":"\\u0000"}'],
    ["NUL behind an escaped backslash", String.raw`{"a":"\\\u0000"}`],
    ["prototype", '{"__proto__":1}'],
    ["no JSON", "{'a':1}"],
  ])("with %s is refused", async (_what, payload) => {
    expect((await post(payload)).status).not.toBe(200);
  });

  it("is told apart from any other", async () => {
    const [one, same, other] = await Promise.all([post('{"a":1}'), post('{"a":1}'), post('{"a": 1}')]);
    expect(one.text).toBe(same.text);
    expect(one.text).not.toBe(other.text);
  });
});
