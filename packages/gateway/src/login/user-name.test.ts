import { GatewayError } from "@sallyport/shared/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUserName, type LoginName } from "./user-name.ts";

function login(
  credential: LoginName["credential"],
  user: string | undefined,
  connection: string | undefined,
  database: string | undefined,
): LoginName {
  return { credential, user, connection, database };
}

function hintOf(read: () => unknown): string {
  try {
    read();
    return "no error";
  } catch (reason) {
    return GatewayError.from(reason).hint;
  }
}

describe("parseUserName", () => {
  it.each<[string, string | undefined, LoginName]>([
    ["alice", "app", login("token", "alice", "app", undefined)],
    ["alice", "app/other", login("token", "alice", "app", "other")],
    ["alice", "app/a/b", login("token", "alice", "app", "a/b")],
    ["alice@example.com", "app", login("token", "alice@example.com", "app", undefined)],
    ["alice+app", undefined, login("token", "alice", "app", undefined)],
    ["alice+app", "", login("token", "alice", "app", undefined)],
    ["alice+app", "other", login("token", "alice", "app", "other")],
    // libpq sends the user's name where no database is given
    ["alice+app", "alice+app", login("token", "alice", "app", undefined)],
    ["alice+app", "alice", login("token", "alice", "app", undefined)],
    ["alice+app", "app", login("token", "alice", "app", undefined)],
    ["alice+app", "app/app", login("token", "alice", "app", "app")],
    // which connection a ticket leads to is not known yet
    ["alice~k3v9x2", "app", login("ticket", "alice~k3v9x2", undefined, "app")],
    ["alice~k3v9x2", "app/other", login("ticket", "alice~k3v9x2", undefined, "app/other")],
    ["alice~k3v9x2", undefined, login("ticket", "alice~k3v9x2", undefined, undefined)],
    ["alice~k3v9x2", "alice~k3v9x2", login("ticket", "alice~k3v9x2", undefined, "alice~k3v9x2")],
    ["alice~k3v9x2+app", "other", login("ticket", "alice~k3v9x2", "app", "other")],
  ])("reads user %s with database %s", (user, database, expected) => {
    expect(parseUserName({ user, database })).toEqual(expected);
  });

  it.each<[string, string | undefined]>([
    ["", "app"],
    ["+app", undefined],
    ["alice+", "app"],
    ["alice+app+more", undefined],
    ["alice", undefined],
    ["alice", ""],
    ["alice", "/other"],
    ["alice", "app/"],
    ["alice+app", "app/"],
    ["al\nice", "app"],
    ["alice", "app\u0000"],
    ["a".repeat(257), "app"],
  ])("refuses user %j with database %j and says how to write it", (user, database) => {
    const read = (): LoginName => parseUserName({ user, database });
    expect(read).toThrow(GatewayError);
    expect(read).toThrow(/^\[login\/failed\]/);
    expect(hintOf(read)).toContain("USER+CONNECTION");
  });

  it.each<[string | undefined, string | undefined, LoginName]>([
    ["alice", undefined, login("token", "alice", "app", undefined)],
    ["alice", "other", login("token", "alice", "app", "other")],
    ["alice", "app/other", login("token", "alice", "app", "other")],
    ["alice+app", "alice", login("token", "alice", "app", undefined)],
    ["alice~k3v9x2", "other", login("ticket", "alice~k3v9x2", "app", "other")],
    [undefined, "other", login("token", undefined, "app", "other")],
  ])("reads user %s with database %s on a port that leads to one connection", (user, database, expected) => {
    expect(parseUserName({ user, database }, "app")).toEqual(expected);
  });

  it("refuses another connection on a port that leads to one", () => {
    expect(() => parseUserName({ user: "alice+vault", database: undefined }, "app")).toThrow(/^\[login\/failed\]/);
  });

  it("takes the connection of a client without a name from the database", () => {
    expect(parseUserName({ user: undefined, database: "app" })).toEqual(login("token", undefined, "app", undefined));
    expect(() => parseUserName({ user: undefined, database: undefined })).toThrow(/no connection is named/);
  });

  it("throws nothing but GatewayError, and never invents a user or a connection", () => {
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[a~+/]{0,8}$/));
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (user, database) => {
        try {
          const name = parseUserName({ user, database });
          const known = name.user ?? "";
          expect(user.startsWith(known)).toBe(true);
          expect(known).not.toMatch(/^$|\+/);
          expect(name.credential === "ticket").toBe(known.includes("~"));
          expect(`${user} ${database}`).toContain(name.connection ?? "");
          expect(name.connection).not.toBe("");
          expect(name.database).not.toBe("");
        } catch (reason) {
          if (!(reason instanceof GatewayError)) throw reason;
        }
      }),
    );
  });
});
