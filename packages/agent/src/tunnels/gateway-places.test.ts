import { afterEach, describe, expect, it, vi } from "vitest";
import { lookUpHost, placesOf } from "./gateway-places.ts";

const addresses: Readonly<Record<string, readonly string[]>> = {
  "one.example": ["192.0.2.1"],
  "many.example": ["192.0.2.1", "192.0.2.2", "2001:db8::3"],
};

describe("the places of gateways", () => {
  const look = async (host: string): Promise<readonly string[]> => {
    const found = addresses[host];
    if (found === undefined) throw new Error(`${host} is unknown`);
    return found;
  };

  it("are the addresses of a name that has several, and its certificate must still name it", async () => {
    const gatewayName = "many.example";
    expect(await placesOf(["many.example:7400"], look)).toEqual([
      { gateway: "192.0.2.1:7400", gatewayName },
      { gateway: "192.0.2.2:7400", gatewayName },
      { gateway: "[2001:db8::3]:7400", gatewayName },
    ]);
  });

  it.each(["one.example:7400", "unknown.example:7400", "192.0.2.9:7400", "[2001:db8::9]:7400"])(
    "is %s as it stands",
    async (gateway) => {
      expect(await placesOf([gateway], look)).toEqual([{ gateway }]);
    },
  );

  it("are those of each, in their order", async () => {
    const places = await placesOf(["one.example:1", "many.example:2", "unknown.example:3"], look);
    expect(places.map(({ gateway }) => gateway)).toEqual([
      "one.example:1",
      "192.0.2.1:2",
      "192.0.2.2:2",
      "[2001:db8::3]:2",
      "unknown.example:3",
    ]);
  });
});

describe("looking a host up", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("gives the system's addresses", async () => {
    expect(await lookUpHost("localhost")).toContain("127.0.0.1");
  });

  it("is left to a proxy where there is one", async () => {
    vi.stubEnv("https_proxy", "http://proxy.example:3128");
    expect(await lookUpHost("localhost")).toEqual([]);
  });
});
