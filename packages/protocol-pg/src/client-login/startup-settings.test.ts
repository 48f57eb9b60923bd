import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { parseStartupOptions } from "./startup-options.ts";
import { protocolOptions, readStartupParameters } from "./startup-settings.ts";

function settingsOf(...parameters: readonly [string, string][]): Readonly<Record<string, string>> {
  return readStartupParameters([["user", "alice"], ...parameters]).settings;
}

describe("startup parameters", () => {
  it("are passed on under the server's spelling", () => {
    expect(settingsOf(["datestyle", "ISO"], ["TIMEZONE", "UTC"], ["application_name", "psql"])).toEqual({
      DateStyle: "ISO",
      TimeZone: "UTC",
      application_name: "psql",
    });
  });

  it("win over options", () => {
    expect(settingsOf(["TimeZone", "UTC"], ["options", "-c timezone=Asia/Tokyo -c lock_timeout=5"])).toEqual({
      TimeZone: "UTC",
      lock_timeout: "5",
    });
  });

  it.each(["utf8", "UTF8", "UTF-8", "'utf-8'", "unicode", "SQL_ASCII"])("take client_encoding %s as UTF8", (value) => {
    expect(settingsOf(["client_encoding", value])).toEqual({});
  });

  it.each(["off", "OFF", "of", "false", "f", "no", "0"])("take replication %s as none", (value) => {
    expect(settingsOf(["replication", value])).toEqual({});
  });

  it.each(["on", "1", "database", "o", ""])("refuse replication %j", (value) => {
    expect(() => settingsOf(["replication", value])).toThrow("replication");
  });

  it.each([
    ["client_encoding", "LATIN1"],
    ["client_encoding", "auto"],
    ["standard_conforming_strings", "off"],
    ["Standard_Conforming_Strings", "o"],
    ["search_path", "private"],
    ["session_authorization", "postgres"],
    ["role", "postgres"],
    ["USER", "postgres"],
    ["Options", "-c role=postgres"],
    ["", "x"],
    ["options", "-c role=postgres"],
    ["options", "-crole=postgres"],
    ["options", "--role=postgres"],
    ["options", "--standard-conforming-strings=off"],
    ["options", "-c standard_conforming_strings=\\off"],
    ["options", "-c TimeZone"],
    ["options", "-c"],
    ["options", "-B 100"],
    ["options", "TimeZone=UTC"],
    ["options", "-c =x"],
  ])("refuse %s=%s by name", (name, value) => {
    expect(() => settingsOf([name, value])).toThrow("[login/setting-refused]");
  });

  it("need a user", () => {
    expect(() => readStartupParameters([["database", "shop"]])).toThrow(
      expect.objectContaining({ code: "login/failed" }),
    );
  });

  it("name protocol options apart", () => {
    const parameters = [
      ["user", "alice"],
      ["_pq_.x", "1"],
    ] as const;
    expect(protocolOptions(parameters)).toEqual(["_pq_.x"]);
    expect(readStartupParameters(parameters).settings).toEqual({});
  });

  it("make nothing but GatewayErrors, and pass on only what is allowed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom("options", "user", "TimeZone", "role")), fc.string())),
        (parameters) => {
          try {
            expect(
              Object.keys(readStartupParameters(parameters).settings).filter((name) => name !== "TimeZone"),
            ).toEqual([]);
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
          }
        },
      ),
    );
  });
});

describe("options", () => {
  it.each([
    ["", []],
    ["  \t ", []],
    ["-c a=b", [["a", "b"]]],
    [
      "-ca=b --c-d=e",
      [
        ["a", "b"],
        ["c_d", "e"],
      ],
    ],
    ["-c a=b\\ c\\\\d", [["a", "b c\\d"]]],
    ["-c a=b=c", [["a", "b=c"]]],
    ["-c a=", [["a", ""]]],
  ])("%j", (text, expected) => {
    expect(parseStartupOptions(text)).toEqual(expected);
  });
});
