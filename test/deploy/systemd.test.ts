import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeFlags } from "@sallyport/cli/node-flags";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/source-files.ts";

const lines = readFileSync(join(root, "deploy/systemd/sallyport-agent.service"), "utf8").split("\n");
const valuesOf = (key: string): string[] =>
  lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

describe("the unit of the agent", () => {
  it("starts Node with the flags of packages/cli/bin/sallyport, and options that the command has", () => {
    const [start = ""] = valuesOf("ExecStart");
    expect(start).toMatch(/^\/opt\/sallyport\/node\/bin\/node /);
    expect(start).toContain(` ${nodeFlags.join(" ")} /opt/sallyport/packages/cli/src/main.ts agent `);
    const command = readFileSync(join(root, "packages/cli/src/main.ts"), "utf8").split(/\.command\("agent"\)/)[1] ?? "";
    for (const [option] of start.split(" agent ")[1]?.matchAll(/--[a-z-]+/g) ?? [])
      expect(command).toContain(`"${option} <`);
  });

  it("gets its token and passwords as credentials, none of them in the unit", () => {
    expect(valuesOf("LoadCredential")).toEqual([
      "token:/etc/sallyport/agent-token",
      "databases:/etc/sallyport/databases",
    ]);
    expect(valuesOf("Environment")).toEqual([]);
  });

  it.each([
    ["DynamicUser", "yes"],
    ["StateDirectory", "sallyport-agent"],
    ["StateDirectoryMode", "0700"],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX AF_NETLINK"],
    ["SocketBindDeny", "any"],
  ])("says %s=%s", (key, value) => {
    expect(valuesOf(key)).toEqual([value]);
  });
});
