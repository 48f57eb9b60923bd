import { expect, it } from "vitest";
import { copyCsvForm, copyTextForm } from "../masker/copy-form.ts";
import { createStatementReader } from "./statement-reader.ts";

const cases = [
  ["copy t to stdout", copyTextForm],
  ["copy t to stdout delimiters ';'", { ...copyTextForm, delimiter: ";" }],
  ["copy t to stdout (header, null '-')", { ...copyTextForm, header: true, nullText: "-" }],
  ["copy t to stdout (header false)", copyTextForm],
  ["copy t to stdout (header 0)", copyTextForm],
  ["copy t to stdout (format csv)", copyCsvForm],
  ["copy t to stdout csv header", { ...copyCsvForm, header: true }],
  ["copy t to stdout (format csv, quote '''', force_quote *)", { ...copyCsvForm, quote: "'", escape: "'" }],
  [String.raw`copy t to stdout (format csv, escape E'\\')`, { ...copyCsvForm, escape: "\\" }],
  ["copy binary t to stdout", { format: "binary" }],
  ["copy t to stdout (encoding 'latin1')", undefined],
  ["copy t to stdout (format other)", undefined],
  ["copy t to stdout (null 'é')", undefined],
  ["copy t to stdout (header match)", undefined],
  ["copy t to stdout (new_option)", undefined],
] as const;

it.each([13, 18].flatMap((major) => cases.map(([text, form]) => [major, text, form] as const)))(
  "%i: %s",
  async (major, text, form) => {
    const reader = await createStatementReader(major);
    const read = await reader.read(Buffer.from(text));
    expect(read.statements[0]?.effect).toEqual({ kind: "copy-out", form });
  },
);

it("is that of data for the client alone", async () => {
  const reader = await createStatementReader(18);
  const read = await reader.read(Buffer.from("copy t to '/tmp/x'; copy t to program 'x'"));
  expect(read.statements.map(({ effect }) => effect.kind)).toEqual(["none", "none"]);
});
