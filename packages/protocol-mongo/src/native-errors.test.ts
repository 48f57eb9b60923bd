import { deserialize } from "bson";
import { describe, expect, it } from "vitest";
import { errorCodes, GatewayError } from "@sallyport/shared/errors";
import { errorReply, mongoNativeErrors } from "./native-errors.ts";

/** After which drivers send a command again. */
const retried: ReadonlySet<number> = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

function read(error: GatewayError): ReturnType<typeof deserialize> {
  return deserialize(errorReply({ requestId: 7, form: "OP_MSG" }, error).subarray(21));
}

describe("errorReply", () => {
  it.each(errorCodes)("words %s", (code) => {
    const error = new GatewayError(code, "only for the log", { detail: "a detail", hint: "a hint" });
    const reply = read(error);
    expect(Object.keys(reply)).toEqual(["ok", "errmsg", "code", "codeName"]);
    expect(reply).toMatchObject({ ok: 0, code: mongoNativeErrors[code] });
    const errmsg = String(reply["errmsg"]);
    expect(errmsg).toMatch(/^sallyport: .* a detail \(a hint\)$/);
    expect(errmsg).not.toContain("only for the log");
    expect(reply["codeName"]).toMatch(/^[A-Z]\w+$/);
  });

  it("has drivers try again only where the server is gone or was never there", () => {
    const again = errorCodes.filter((code) => retried.has(mongoNativeErrors[code]));
    expect(again).toEqual([
      "gateway/shutting-down",
      "gateway/lost",
      "tunnel/no-agent",
      "tunnel/agent-lost",
      "tunnel/agent-leaving",
      "server/unreachable",
      "server/lost",
    ]);
  });

  it("refuses in the words that tools tolerate", () => {
    expect(read(new GatewayError("policy/denied", "x"))["errmsg"]).toMatch(/not (authorized|allowed)/);
  });

  it("takes another code where a server would have given that", () => {
    const bytes = errorReply({ requestId: 7, form: "OP_MSG" }, new GatewayError("policy/unreadable", "x"), {
      code: 59,
    });
    expect(deserialize(bytes.subarray(21))).toMatchObject({ code: 59, codeName: "CommandNotFound" });
  });
});
