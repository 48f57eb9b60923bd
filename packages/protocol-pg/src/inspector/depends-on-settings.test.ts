import { describe, expect, it } from "vitest";
import { dependsOnSettings } from "./depends-on-settings.ts";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";

it.each([
  ["select 1", false],
  ["select 'it''s'", false],
  [String.raw`select \d`, false],
  [String.raw`select '\'`, true],
  [String.raw`select E'\n'`, true],
  ["select 'ü'", true],
])("%s: %s", (text, depends) => {
  expect(dependsOnSettings(Buffer.from(text))).toBe(depends);
});

describe("a text whose meaning settings may change", () => {
  const backslash = String.raw`select '\', '; delete from t; --'`;

  it("is not read before the server has told of its settings", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select g()"));
    const waiting = talk.waiting(client.query(backslash));
    talk.server(server.dataRow("1"), server.commandComplete("SELECT 1"));
    talk.server(server.parameterStatus("standard_conforming_strings", "off"), server.ready());
    await waiting;
    expect(talk.client(client.query(backslash)).step).toBe("refuse");
  });

  it("is refused behind an Execute of its own segment, where the server tells nothing", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "select g()"));
    talk.client(client.bind("", ""));
    talk.client(client.execute(""));
    expect(talk.client(client.parse("", backslash)).step).toBe("refuse");
    expect((await TestConversation.begin()).client(client.parse("", backslash)).step).toBe("judge");
  });

  it("keeps nobody waiting who has nothing open", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query("select 'ü'")).step).toBe("judge");
    talk.server(server.commandComplete("SELECT 1"), server.ready());
    expect(talk.client(client.query(backslash)).step).toBe("judge");
  });
});
