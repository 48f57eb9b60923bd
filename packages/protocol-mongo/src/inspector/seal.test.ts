import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "@sallyport/shared/secret";
import { Seal } from "./seal.ts";

function sealWith(byte: number): Seal {
  return new Seal(new Secret(Buffer.alloc(32, byte)));
}

const mine = sealWith(1);
const theirs = sealWith(2);
const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));

describe("numbers of cursors", () => {
  it("come back as what they were, on every replica", () => {
    fc.assert(
      fc.property(number, (id) => {
        const sealed = mine.cursorToClient(id);
        expect(sealWith(1).cursorToServer(sealed)).toBe(id);
        expect(mine.cursorToClient(sealWith(1).cursorToServer(id))).toBe(id);
      }),
    );
  });

  it("keep their sign, and 0 for themselves", () => {
    expect(mine.cursorToClient(0n)).toBe(0n);
    expect(mine.cursorToServer(0n)).toBe(0n);
    fc.assert(
      fc.property(
        number.filter((id) => id !== 0n),
        (id) => {
          for (const changed of [mine.cursorToClient(id), mine.cursorToServer(id)]) {
            expect(changed).not.toBe(0n);
            expect(changed > 0n).toBe(id > 0n);
          }
        },
      ),
    );
  });

  it("are no two the same, however close", () => {
    const sealed = Array.from({ length: 2_000 }, (_, id) => mine.cursorToClient(BigInt(id + 1)));
    expect(new Set(sealed).size).toBe(sealed.length);
  });

  it("mean something else to everybody else", () => {
    for (let id = 1n; id < 500n; id++) {
      const sealed = mine.cursorToClient(id);
      expect(sealed).not.toBe(id);
      expect(theirs.cursorToServer(sealed)).not.toBe(id);
    }
  });
});

describe("names of sessions", () => {
  it("come back as what they were, on every replica", () => {
    fc.assert(
      fc.property(uuid, (id) => {
        expect(sealWith(1).sessionToClient(mine.sessionToServer(id))).toEqual(id);
        expect(sealWith(1).sessionToServer(mine.sessionToClient(id))).toEqual(id);
      }),
    );
  });

  it("are others for everybody else", () => {
    fc.assert(
      fc.property(uuid, (id) => {
        expect(mine.sessionToServer(id)).not.toEqual(id);
        expect(mine.sessionToServer(id)).not.toEqual(theirs.sessionToServer(id));
      }),
    );
  });

  it("do not depend on what was asked before", () => {
    const id = Buffer.alloc(16, 7);
    const first = mine.sessionToServer(id);
    mine.sessionToServer(Buffer.alloc(16, 8));
    expect(mine.sessionToServer(id)).toEqual(first);
  });
});
