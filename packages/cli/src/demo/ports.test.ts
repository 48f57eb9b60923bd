import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { assertPortsFree, demoPorts } from "./ports.ts";

describe("demoPorts", () => {
  it("counts up from the base", () => {
    expect(demoPorts("20000")).toEqual({
      gateway: 20000,
      tunnel: 20001,
      identityProvider: 20002,
      server: 20003,
      mysqlGateway: 20004,
      mysqlServer: 20005,
      mongoGateway: 20006,
      mongoServer: 20007,
    });
    expect(demoPorts("")).toEqual(demoPorts(undefined));
  });

  it.each(["http", "0", "-1", "65529", "1.5"])("refuses %s and names the variable", (base) => {
    expect(() => demoPorts(base)).toThrow(`SALLYPORT_PORT_BASE is "${base}"`);
  });

  it("names the port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const address = other.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const ports = { ...demoPorts("1"), gateway: 0, tunnel: 0, identityProvider: 0, server: 0, mysqlGateway: 0 };
    const taken = { ...ports, mysqlServer: address.port };
    await expect(assertPortsFree(taken, ["pg", "mysql"])).rejects.toThrow(`Port ${address.port}`);
    // nobody listens there where MySQL was not asked for
    await assertPortsFree(taken);
    other.close();
  });
});
