import { GatewayError } from "@sallyport/shared/errors";
import { expect, it } from "vitest";
import { parseServerVersion } from "./dialect.ts";

it.each([
  ["8.4.3", "mysql", 80_403],
  ["8.0.15", "mysql", 80_015],
  ["9.7.4-2", "mysql", 90_704],
  ["8.0.36-0ubuntu0.22.04.1", "mysql", 80_036],
  ["5.5.5-10.11.19-MariaDB-deb12", "mariadb", 101_119],
  ["11.8.6-MariaDB-5 from Debian", "mariadb", 110_806],
  ["10.6.0-MariaDB", "mariadb", 100_600],
] as const)("reads %s", (version, flavour, number) => {
  expect(parseServerVersion(version)).toEqual({ flavour, version: number });
});

it.each([
  "",
  "8",
  "8.0",
  "x8.0.1",
  "5.7.44-log",
  "10.5.20-MariaDB",
  "5.5.5-10.5.9-MariaDB",
  "8.0.11-TiDB-v7.5.0",
  "8.0.123",
])("refuses %j", (version) => {
  let code = "";
  try {
    parseServerVersion(version);
  } catch (error) {
    code = GatewayError.from(error).code;
  }
  expect(code).toBe("server/unsupported");
});
