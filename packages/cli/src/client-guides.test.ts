import { Secret } from "@sallyport/shared/secret";
import type { ClientPlace } from "@sallyport/shared/client-guide";
import { describe, expect, it } from "vitest";
import { clientGuides } from "./client-guides.ts";
import { protocols } from "./protocols.ts";

const place: ClientPlace = {
  host: "gateway.example.com",
  port: 6432,
  user: "alice~k3v9",
  password: new Secret("s3/cr+et"),
  connection: "shop",
  database: undefined,
  ownDatabase: "main",
  caFile: "/etc/sally port/ca.crt",
};

describe("clientGuides", () => {
  it("are one for each protocol", () => {
    expect(clientGuides.map(({ protocol }) => protocol)).toEqual(protocols.map(({ id }) => id));
  });

  it.each(clientGuides)("lead $program there by a URL in which everything comes through", (guide) => {
    const { hostname, port, username, password, search } = new URL(guide.url(place));
    expect({ hostname, port }).toEqual({ hostname: "gateway.example.com", port: "6432" });
    expect(decodeURIComponent(username)).toBe("alice~k3v9");
    expect(decodeURIComponent(password)).toBe("s3/cr+et");
    expect([...new URLSearchParams(search).values()]).toContain("/etc/sally port/ca.crt");
  });

  it.each(clientGuides)("show $program no secret in its arguments", (guide) => {
    expect(guide.arguments(place).join(" ")).not.toContain("s3/cr+et");
  });

  it("name another database of the connection's server where one is asked for", () => {
    const paths = clientGuides.map((guide) => new URL(guide.url({ ...place, database: "other" })).pathname);
    expect(paths.map(decodeURIComponent)).toEqual(["/shop/other", "/shop/other", "/other"]);
    expect(clientGuides.map((guide) => new URL(guide.url(place)).pathname)).toEqual(["/shop", "/shop", "/main"]);
  });
});
