import { readFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startApiRig, type ApiRig } from "../support/api-rig.ts";

const operation = z.looseObject({
  summary: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const description = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

let rig: ApiRig;
let body: Record<string, unknown>;
beforeAll(async () => {
  rig = await startApiRig([pg]);
  ({ body } = await rig.ask("/v1/openapi.json"));
});
afterAll(() => rig[Symbol.asyncDispose]());

describe("/v1/openapi.json", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(body))).toMatchObject({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("describes every route, with a summary, its security and its problems", () => {
    const { paths } = description.parse(body);
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    const there = rig.gateway.api?.routes.map(({ method, url }) => `${method} ${url}`) ?? [];
    expect(described.toSorted()).toEqual(there.toSorted());
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.every(({ responses }) => responses["default"] !== undefined)).toBe(true);
  });

  it("says of documents what their files say", () => {
    const put = description.parse(body).paths["/v1/policies/{name}"]?.["put"];
    expect(JSON.stringify(put?.["requestBody"])).toContain("statementsPerMinute");
  });
});

describe("docs/api.md", () => {
  it("names every metric and no other, and every path", async () => {
    const page = await readFile(new URL("../../docs/api.md", import.meta.url), "utf8");
    const { text } = await rig.ask("/metrics");
    const names = (from: string, pattern: RegExp): readonly string[] =>
      [...new Set([...from.matchAll(pattern)].map(([, name]) => name ?? ""))].toSorted();
    expect(names(page, /^\| `(sallyport_\w+)`/gm)).toEqual(names(text, /^# TYPE (sallyport_\w+)/gm));
    const paths = Object.keys(description.parse(body).paths);
    const resources = new Set(paths.map((path) => path.replace(/\/\{\w+\}(\/versions)?$/, "")));
    expect([...resources].filter((path) => !page.includes(path))).toEqual([]);
  });
});
