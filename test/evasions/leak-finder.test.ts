import { describe, expect, it } from "vitest";
import type { WireMessage } from "../support/message-splitter.ts";
import { createLeakFinder } from "./leak-finder.ts";

const EMAIL = "canary.mail7@kestrel-7.example";
const PIN = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const BORN = Buffer.from("ffffc950", "hex");

const find = createLeakFinder({
  texts: [
    { column: "email", text: EMAIL },
    { column: "score", text: "918271" },
    { column: "pin", text: PIN.toString("hex") },
    { column: "home", text: "Quillstreet 7" },
  ],
  words: [
    { column: "score", text: "e02ff" },
    { column: "born", text: "03.02.1961" },
  ],
  binaries: [
    { column: "born", bytes: BORN },
    { column: "pin", bytes: PIN },
  ],
  allowed: '{"name": "Customer 7", "city": "Lyon", "id": 7} street',
});

/** DataRow: `int16 columns { int32 length, bytes }*`. */
function row(...fields: readonly (string | Buffer)[]): WireMessage {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(Buffer.byteLength(field));
    return [length, Buffer.from(field)];
  });
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return { tag: "D", body: Buffer.concat([count, ...parts]) };
}

const message = (tag: string, text: string | Buffer): WireMessage => ({ tag, body: Buffer.from(text) });
const hex = Buffer.from(EMAIL).toString("hex");
const base64 = (before: string): string => Buffer.from(before + EMAIL).toString("base64");
const backwards = EMAIL.split("").toReversed().join("");

describe("the search for leaks", () => {
  it.each([
    ["the value", [row("7", EMAIL)], "plainly"],
    ["six characters of it", [row("xx trel-7 xx")], "plainly"],
    ["upper case", [row(EMAIL.toUpperCase())], "plainly"],
    ["reversed", [row(backwards)], "reversed"],
    ["hex", [row(`\\x${hex}`)], "in hex"],
    ["hex in capitals that begins in mid-byte", [row(`a${hex.toUpperCase()}`)], "in hex"],
    ["base64", [row(base64(""))], "in base64"],
    ["base64, one byte on", [row(base64("-"))], "in base64"],
    ["base64, two bytes on", [row(base64("--"))], "in base64"],
    ["reversed in hex", [row(Buffer.from(backwards).toString("hex"))], "reversed, in hex"],
    ["hex in base64", [row(Buffer.from(hex).toString("base64"))], "in hex, in base64"],
    ["bytes of a bytea in binary", [row(PIN)], "in binary"],
    ["a bytea as text", [row(PIN.toString("hex"))], "plainly"],
    ["a date in binary", [row("1", BORN)], "in binary"],
    ["a number inside a text", [row("x918271y")], "plainly"],
    ["a number as a word", [row("e02ff")], "written otherwise"],
    ["a date written otherwise", [row("born 03.02.1961!")], "written otherwise"],
    ["escapes of COPY between", [message("d", String.raw`7\can\ary.\mail\7`)], "behind backslashes"],
    ["one letter in each row", "xcanaryx".split("").map((letter) => row("1", letter)), "plainly"],
    ["one letter in each element", [row("{c,a,n,a,r,y,.}")], "plainly"],
    ["one letter in each element of JSON", [row('["c", "a", "n", "a", "r", "y"]')], "plainly"],
    ["an array of its parts", [row("{can,ary.,mail}")], "plainly"],
    ["an error", [message("E", `SERROR\0Minvalid input syntax: "${EMAIL}"\0\0`)], "plainly"],
    ["a notice", [message("N", `Mcanary\0\0`)], "plainly"],
    ["a notification", [message("A", Buffer.from(`....channel\0${EMAIL}\0`))], "plainly"],
    ["a parameter's value", [message("S", `application_name\0${EMAIL}\0`)], "plainly"],
    ["a command tag", [message("C", "SELECT 918271\0")], "plainly"],
    ["a column's name", [message("T", "..canary\0..")], "plainly"],
    ["data of COPY", [message("d", `7\t${EMAIL}\n`)], "plainly"],
  ] as const)("finds %s", (_, messages, as) => {
    expect(find(messages, "")?.as).toBe(as);
  });

  it.each([
    ["what may be seen", [row("7", "Customer 7", "Lyon", "street")], ""],
    ["what the client sent", [row(EMAIL)], `select '${EMAIL}'`],
    ["five characters in a row", [row("canar", "kestr", "91827")], ""],
    ["what the mask of an address keeps", [row("c***@***.example")], ""],
    ["six digits of a hash", [row("a".repeat(20) + "918271" + "b".repeat(20))], ""],
    ["a short word within a longer one", [row("be02ffa")], ""],
    ["values that lie side by side", [row("cana", "ry")], ""],
    ["keys in any order", ["9", "18", "27", "100"].map((key) => row(key)), ""],
    ["a list of keys in any order", [row("{9,18,27,1}")], ""],
    ["the key to cancel with", [message("K", BORN)], ""],
  ] as const)("passes over %s", (_, messages, sent) => {
    expect(find(messages, sent)).toBeUndefined();
  });
});
