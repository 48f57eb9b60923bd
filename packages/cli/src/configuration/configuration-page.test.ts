import { readFile } from "node:fs/promises";
import { agentConfig } from "@sallyport/agent/config";
import { gatewayConfig } from "@sallyport/gateway/config";
import { describe, expect, it } from "vitest";
import { configurationKeys, configurationPage } from "./configuration-page.ts";

describe("docs/configuration.md", () => {
  it("is what the schemas say; `node packages/cli/src/configuration/write-configuration-page.ts` renews it", async () => {
    const published = await readFile(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
    expect(published).toBe(configurationPage());
  });

  it.each([
    ["gateway", gatewayConfig, ["state.databaseUrl", "listeners[].port", "tls.names", "events.to[].secret"]],
    ["agent", agentConfig, ["allow", "healthIntervalSeconds"]],
  ])("describes every key of the %s", (_, schema, some) => {
    const keys = configurationKeys(schema);
    expect(keys.map(({ path }) => path)).toEqual(expect.arrayContaining(some));
    expect(keys.filter(({ description = "" }) => description === "").map(({ path }) => path)).toEqual([]);
  });
});
