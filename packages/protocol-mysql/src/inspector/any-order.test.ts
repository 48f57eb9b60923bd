import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { capability } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { TestConversation } from "./testing/conversation.ts";
import { client, message, server, value } from "./testing/packets.ts";

const capabilities = capability.LOCAL_FILES | capability.SESSION_TRACK;
const forbidden = "forbidden_table";

const anyCommand = fc.oneof(
  fc
    .constantFrom("select 1", "select 1; delete from t", "call p()", "set sql_mode = 'ANSI_QUOTES'", "")
    .map(client.query),
  fc
    .constantFrom("prepare s from 'select 1'", "execute s", "load data local infile 'f' into table t")
    .map(client.query),
  fc.constant(client.query(`drop table ${forbidden}`)),
  fc.constant(client.prepare(`drop table ${forbidden}`)),
  fc.constantFrom("select ?", "insert into t values (?, ?)").map(client.prepare),
  fc.nat(2).map((number) => client.execute(number, [value.text("x")])),
  fc.nat(2).map((number) => client.longData(number, 0, "x")),
  fc.nat(2).map(client.close),
  fc.nat(2).map(client.reset),
  fc.nat(2).map((number) => client.fetch(number, 1)),
  fc.nat(5).map((sequence) => client.file(sequence, "")),
  fc.constantFrom(client.ping(), client.resetConnection(), client.statistics(), client.initDb("shop")),
  fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 20 })).map(([byte, rest]) => message(0, [byte], rest)),
);

/** Without sequence ids, which are put in as they are due: lies in them end a session at once. */
const anyAnswer = fc.oneof(
  fc.constantFrom(0, statusFlag.MORE_RESULTS).map((status) => server.ok(0, { status })),
  fc.constantFrom(0, statusFlag.MORE_RESULTS, statusFlag.CURSOR_EXISTS).map((status) => server.eof(0, status)),
  fc.constantFrom(server.err(0), server.columns(0, 1), server.column(0), server.row(0, "x"), server.askFile(0, "f")),
  fc.nat(2).map((number) => server.prepared(0, number, 2, 1)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => message(0, bytes)),
);

const anyTurn = fc.oneof(
  anyCommand.map((bytes) => ({ from: "client", bytes }) as const),
  anyAnswer.map((bytes) => ({ from: "server", bytes }) as const),
);

describe("any order of messages", () => {
  it("ends in a GatewayError or not at all, and nothing passes that was not decided", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTurn, { maxLength: 40 }), async (turns) => {
        const talk = await TestConversation.begin({ capabilities, denied: ["drop"] });
        let sequence = 1;
        try {
          for (const { from, bytes } of turns) {
            if (from === "client") {
              const { step } = talk.client(bytes);
              if (step === "log-in-again" || step === "end") return;
              sequence = (bytes.readUInt8(3) + 1) % 256;
            } else {
              const numbered = Buffer.from(bytes);
              numbered.writeUInt8(sequence, 3);
              talk.server(numbered);
              sequence = (sequence + 1) % 256;
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
        expect(Buffer.concat(talk.toServer).includes(forbidden)).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });
});
