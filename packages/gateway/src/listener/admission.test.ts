import type { Standing } from "@sallyport/shared/adapter";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission, type Place } from "./admission.ts";

const tooMany = /login\/too-many-connections/;

const roomy = { connections: 100, loggingIn: 100, loggingInPerAddress: 100, watching: 100, watchingPerAddress: 100 };

describe("admission", () => {
  it("bounds connections in all, logged in or not", () => {
    const admission = new Admission({ ...roomy, connections: 2, loggingIn: 10, loggingInPerAddress: 10 });
    const first = admission.admit("a");
    admission.admit("b").stand("logged-in");
    expect(() => admission.admit("c")).toThrow(tooMany);
    first.release();
    admission.admit("c");
  });

  it("bounds those of one address that have not logged in, and no other address", () => {
    const admission = new Admission({ ...roomy, connections: 100, loggingIn: 100, loggingInPerAddress: 2 });
    const places = [admission.admit("a"), admission.admit("a")];
    expect(() => admission.admit("a")).toThrow(tooMany);
    admission.admit("b");
    places[0]?.stand("logged-in");
    admission.admit("a");
    expect(() => admission.admit("a")).toThrow(tooMany);
  });

  it("takes the addresses of one IPv6 host for one", () => {
    const admission = new Admission({ ...roomy, connections: 100, loggingIn: 100, loggingInPerAddress: 1 });
    admission.admit("2001:db8::1");
    expect(() => admission.admit("2001:db8::2")).toThrow(tooMany);
    admission.admit("2001:db8:0:1::1");
  });

  it("bounds those that have not logged in, and never those that have", () => {
    const admission = new Admission({ ...roomy, connections: 100, loggingIn: 2, loggingInPerAddress: 100 });
    const places = [admission.admit("a"), admission.admit("b")];
    expect(() => admission.admit("c")).toThrow(tooMany);
    for (const place of places) place.stand("logged-in");
    admission.admit("c");
  });

  it("counts a connection that was turned away against nobody", () => {
    const admission = new Admission({ ...roomy, connections: 1, loggingIn: 1, loggingInPerAddress: 1 });
    const place = admission.admit("a");
    for (let attempt = 0; attempt < 5; attempt += 1) expect(() => admission.admit("a")).toThrow(tooMany);
    place.release();
    admission.admit("a");
  });

  it("counts those that only watch apart, and bounds them too", () => {
    const admission = new Admission({ ...roomy, loggingIn: 2, watching: 3, watchingPerAddress: 2 });
    const watch = (address: string): Place => {
      const place = admission.admit(address);
      place.stand("watching");
      return place;
    };
    const places = [watch("a"), watch("a")];
    const third = admission.admit("a");
    expect(() => third.stand("watching")).toThrow(tooMany);
    watch("b");
    const fourth = admission.admit("b");
    expect(() => fourth.stand("watching")).toThrow(tooMany);
    expect(() => admission.admit("c")).toThrow(tooMany);
    third.release();
    places[0]?.stand("logging-in");
    fourth.stand("watching");
  });

  it("comes out even whatever is called in whatever order, and however often", () => {
    const limits = {
      connections: 6,
      loggingIn: 4,
      loggingInPerAddress: 3,
      watching: 3,
      watchingPerAddress: 2,
    };
    const step = fc.record({
      kind: fc.constantFrom("admit", "logging-in", "watching", "logged-in", "release"),
      index: fc.nat(7),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const admission = new Admission(limits);
        const model: { place: Place; address: string; at: Standing | "logged-in" | "released" }[] = [];
        const hasRoom = (standing: Standing, address: string): boolean => {
          const alike = model.filter(({ at }) => at === standing);
          const [most, mostOfOne] =
            standing === "watching"
              ? [limits.watching, limits.watchingPerAddress]
              : [limits.loggingIn, limits.loggingInPerAddress];
          return alike.length < most && alike.filter((each) => each.address === address).length < mostOfOne;
        };
        for (const { kind, index } of steps) {
          if (kind === "admit") {
            const address = String(index % 2);
            const open = model.filter(({ at }) => at !== "released").length;
            if (open < limits.connections && hasRoom("logging-in", address))
              model.push({ place: admission.admit(address), address, at: "logging-in" });
            else expect(() => admission.admit(address)).toThrow(tooMany);
            continue;
          }
          const entry = model[index % Math.max(model.length, 1)];
          if (entry === undefined) continue;
          const isOver = entry.at === "released" || entry.at === "logged-in";
          if (kind === "release") {
            entry.place.release();
            entry.at = "released";
          } else if (!isOver && kind !== "logged-in" && kind !== entry.at && !hasRoom(kind, entry.address)) {
            expect(() => entry.place.stand(kind)).toThrow(tooMany);
          } else {
            entry.place.stand(kind);
            if (!isOver) entry.at = kind;
          }
        }
      }),
    );
  });
});
