import { describe, expect, it } from "vitest";
import { agentConfig } from "./config.ts";

const least = {
  name: "agent-1",
  gateway: "gateway.example.com:7400",
  caFile: "ca.crt",
  certificateFile: "agent.crt",
  keyFile: "agent.key",
  allow: ["db.internal:5432"],
};

describe("an agent's configuration", () => {
  it("lets connections name variables and files, and no command", () => {
    expect(agentConfig.parse(least).credentials).toEqual(["env:*", "file:*"]);
  });

  it.each([
    ["an unknown key", { ...least, alow: [] }],
    ["nothing to dial", { ...least, allow: [] }],
    ["an address without a port", { ...least, allow: ["db.internal"] }],
    ["a gateway without a port", { ...least, gateway: "gateway.example.com" }],
    ["a credential of no source", { ...least, credentials: ["vault:x"] }],
  ])("is refused with %s", (_what, config) => {
    expect(agentConfig.safeParse(config).success).toBe(false);
  });
});
