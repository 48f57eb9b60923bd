import { describe, expect, it } from "vitest";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { capability, hasCapability } from "../messages/capabilities.ts";
import { fact } from "../server-facts.ts";
import { offerOf } from "./server-offer.ts";

/** As the servers greet. */
const mysql9 = server("9.7.4-2", 0xdfff_ffff, { [fact.collation]: "255" });
const mysql57 = server("5.7.44", 0xc1ff_ffff, { [fact.collation]: "8" });
const mariadb11 = server("11.8.6-MariaDB-0+deb13u1", 0x81ff_fffe, { [fact.mariadbCapabilities]: "61" });
const mariadb10 = server("5.5.5-10.11.19-MariaDB", 0x81ff_fffe, { [fact.mariadbCapabilities]: "29" });

function server(version: string, capabilities: number, more: Readonly<Record<string, string>>): ServerFacts {
  const settings = { [fact.capabilities]: String(capabilities), [fact.status]: "2", [fact.collation]: "45", ...more };
  return { version, settings };
}

const never = [
  "COMPRESS",
  "ZSTD_COMPRESSION",
  "OPTIONAL_RESULTSET_METADATA",
  "NO_SCHEMA",
  "MULTI_FACTOR_AUTHENTICATION",
] as const;

describe("a greeting", () => {
  it.each<[string, readonly ServerFacts[], object]>([
    ["one MySQL", [mysql9], { version: "9.7.4-2", collation: 255, mariadbCapabilities: 0 }],
    ["one MariaDB", [mariadb11], { version: "11.8.6-MariaDB-0+deb13u1", collation: 45, mariadbCapabilities: 8 }],
    ["an older MariaDB, without the version that is not its own", [mariadb10], { version: "10.11.19-MariaDB" }],
    ["several of one flavour: the oldest", [mysql9, mysql57], { version: "5.7.44", collation: 45 }],
    ["both flavours", [mariadb11, mysql9], { version: "8.0.34", collation: 45, mariadbCapabilities: 0 }],
    ["none that is known", [], { version: "8.0.34", collation: 45, status: 2 }],
    ["one of which nothing can be read", [server("1", Number.NaN, {})], { version: "8.0.34" }],
  ])("for %s", (_, servers, expected) => {
    const offer = offerOf(servers);
    expect(offer).toMatchObject(expected);
    for (const name of never)
      expect([name, hasCapability(offer.capabilities, capability[name])]).toEqual([name, false]);
    for (const name of ["SSL", "PLUGIN_AUTH", "PROTOCOL_41", "SESSION_TRACK", "LOCAL_FILES"] as const) {
      expect([name, hasCapability(offer.capabilities, capability[name])]).toEqual([name, true]);
    }
  });

  it("promises what every server of the listener keeps", () => {
    expect(hasCapability(offerOf([mysql9]).capabilities, capability.QUERY_ATTRIBUTES)).toBe(true);
    expect(hasCapability(offerOf([mysql9, mariadb11]).capabilities, capability.QUERY_ATTRIBUTES)).toBe(false);
    expect(hasCapability(offerOf([]).capabilities, capability.QUERY_ATTRIBUTES)).toBe(false);
  });

  it("shows by its first capability which flavour it is", () => {
    expect(hasCapability(offerOf([mariadb11, mariadb10]).capabilities, capability.MYSQL)).toBe(false);
    expect(hasCapability(offerOf([mariadb11, mysql9]).capabilities, capability.MYSQL)).toBe(true);
    expect(offerOf([mariadb11, mariadb10]).version).toBe("10.11.19-MariaDB");
  });
});
