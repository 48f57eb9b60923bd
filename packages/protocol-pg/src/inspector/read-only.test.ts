import { describe, expect, it } from "vitest";
import { client } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";

const lifting = [
  "begin read write",
  "start transaction isolation level serializable, read write",
  "set transaction read write",
  "set session characteristics as transaction read write",
  "set transaction_read_only = off",
  "set local transaction_read_only to default",
  "reset transaction_read_only",
  "set default_transaction_read_only = no",
  'set "Default_Transaction_Read_Only" = 0',
  "select set_config('default_transaction_read_only', 'off', false)",
  "select set_config('transaction_read_only', $1, true)",
  "select 1; begin read write",
] as const;

const keeping = [
  "begin",
  "begin read only",
  "set transaction read only",
  "set session characteristics as transaction read only",
  "set session characteristics as transaction isolation level serializable",
  "set default_transaction_read_only = on",
  "set default_transaction_read_only to default",
  "reset default_transaction_read_only",
  "reset all",
  "discard all",
  "select set_config('default_transaction_read_only', 'on', false)",
] as const;

describe("a session that may only read", () => {
  it.each(lifting)("cannot lift that: %s", async (text) => {
    const talk = await TestConversation.begin([], { readOnly: true });
    expect(talk.client(client.query(text)).step).toBe("refuse");
  });

  it.each(keeping)("may say what keeps it so: %s", async (text) => {
    const talk = await TestConversation.begin([], { readOnly: true });
    expect(talk.client(client.query(text)).step).toBe("judge");
  });

  it("cannot lift it by a prepared statement either", async () => {
    const talk = await TestConversation.begin([], { readOnly: true });
    expect(talk.client(client.parse("s", "set transaction read write")).step).toBe("refuse");
  });
});

it.each(lifting)("another session may change what it likes: %s", async (text) => {
  const talk = await TestConversation.begin();
  expect(talk.client(client.query(text)).step).toBe("judge");
});
