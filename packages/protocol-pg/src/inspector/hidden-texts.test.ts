import { describe, expect, it } from "vitest";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";
import { card } from "../masker/testing/plans.ts";
import { planOf } from "./testing/plans.ts";

const SECRET = "secret";
const hiding = planOf({ hidesTexts: true });

const begun = () => TestConversation.begin([], { planOf: (text) => (text.includes("masked") ? hiding : undefined) });

const error = (code: string): Buffer =>
  server.error(code, "ERROR", {
    M: SECRET,
    D: SECRET,
    H: SECRET,
    W: SECRET,
    q: SECRET,
    s: "public",
    t: "users",
    n: SECRET,
  });

const said = (talk: TestConversation): string => Buffer.concat(talk.toClient).toString();

describe("texts of a statement that touches masked columns", () => {
  it("are replaced in errors; the code and the table stay", async () => {
    const talk = await begun();
    talk.client(client.query("select masked"));
    talk.server(error("22P02"), server.ready());
    expect(said(talk)).not.toContain(SECRET);
    expect(said(talk)).toContain("\0C22P02\0");
    expect(said(talk)).toContain("\0tusers\0");
    expect(said(talk)).toContain("the server's message is not shown");
    expect(talk.outcomes).toMatchObject([{ result: "failed", code: "22P02" }]);
  });

  it("lose what is sought where the statement touches no masked column", async () => {
    const finding = planOf({ find: [card] });
    const talk = await TestConversation.begin([], { planOf: () => finding });
    talk.client(client.query("select open"));
    talk.server(server.error("22P02", "ERROR", { M: "not a number: 4111 1111 1111 1111", P: "8" }), server.ready());
    expect(said(talk)).toContain("\0Mnot a number: [redacted]\0");
    expect(said(talk)).toContain("\0P8\0");
  });

  it("are replaced in notices, and pass in notifications", async () => {
    const talk = await begun();
    talk.client(client.query("select masked"));
    talk.server(server.notice(SECRET));
    expect(said(talk)).not.toContain(SECRET);
    talk.server(server.notification("payload"));
    expect(said(talk)).toContain("payload");
  });

  it("are replaced in the answer to what the gateway asked for its sake, which is one error", async () => {
    const talk = await begun();
    for (const message of [client.parse("", "select masked"), client.bind("", ""), client.execute(""), client.sync()])
      talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete(), error("25P02"), server.ready("E"));
    expect(talk.toClient).toHaveLength(4);
    expect(said(talk)).not.toContain(SECRET);
    expect(talk.outcomes).toMatchObject([{ result: "failed", code: "25P02" }]);
    expect(talk.busy).toBe(false);
  });

  it("are not replaced in answers to Parse and Bind, which know only what the client says", async () => {
    const talk = await begun();
    talk.client(client.parse("", "select masked"));
    talk.server(error("42P01"));
    expect(said(talk)).toContain(SECRET);
  });

  it.each([
    ["at its end", (talk: TestConversation) => talk.server(error("23514"))],
    [
      "at COMMIT",
      (talk: TestConversation) => {
        talk.server(server.ready("T"));
        talk.client(client.query("commit"));
        talk.server(error("23514"));
      },
    ],
    [
      "at SET CONSTRAINTS",
      (talk: TestConversation) => {
        talk.server(server.ready("T"));
        talk.client(client.query("set constraints all immediate"));
        talk.server(error("23514"));
      },
    ],
  ])("are replaced where a deferred check is made %s", async (_when, check) => {
    const talk = await begun();
    talk.client(client.query("update masked set a = 1"));
    talk.server(server.commandComplete("UPDATE 1"));
    check(talk);
    expect(said(talk)).not.toContain(SECRET);
  });

  it("are replaced at the Sync that commits", async () => {
    const talk = await begun();
    for (const message of [
      client.parse("", "update masked set a = 1"),
      client.bind("", ""),
      client.execute(""),
      client.sync(),
    ])
      talk.client(message);
    talk.server(
      server.parseComplete(),
      server.bindComplete(),
      server.noData(),
      server.commandComplete("UPDATE 1"),
      error("23514"),
      server.ready(),
    );
    expect(said(talk)).not.toContain(SECRET);
  });

  it("are shown again in what follows", async () => {
    const talk = await begun();
    talk.client(client.query("select masked"));
    talk.server(server.commandComplete("SELECT 1"), server.ready("T"));
    talk.client(client.query("select 1/0"));
    talk.server(error("22012"), server.ready("E"));
    expect(said(talk)).toContain(SECRET);
  });

  it.each([
    ["application_name", SECRET, false],
    ["search_path", SECRET, false],
    ["TimeZone", `<${SECRET}>0`, false],
    ["TimeZone", "secret5", false],
    ["TimeZone", "Europe/Berlin", true],
    ["TimeZone", "Etc/GMT+5", true],
    ["client_encoding", "UTF8", true],
  ])("are left out where settings are reported: %s %s", async (name, value, shown) => {
    const talk = await begun();
    talk.client(client.query("select masked"));
    talk.server(server.commandComplete("SELECT 1"), server.parameterStatus(name, value), server.ready());
    expect(said(talk).includes(value)).toBe(shown);
    talk.toClient.length = 0;
    talk.server(server.parameterStatus("application_name", "later"));
    expect(said(talk)).toContain("later");
  });
});
