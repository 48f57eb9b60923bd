import { describe, expect, it } from "vitest";
import { decodeStateChanges, encodeStateChanges, type TellableChange } from "../messages/state-changes.ts";
import { tellableState } from "./tellable-state.ts";

const schema: TellableChange = { kind: "schema", name: "shop" };
const autocommit: TellableChange = { kind: "variable", name: "autocommit", value: "ON" };

describe("the state that a login tells of", () => {
  it("sends no client to another server", () => {
    const redirection: TellableChange = { kind: "variable", name: "Redirect_URL", value: "mysql://elsewhere:3306" };
    const block = encodeStateChanges([autocommit, redirection, schema]);
    expect(decodeStateChanges(tellableState(block))).toEqual([autocommit, schema]);
  });

  it("has nothing in it that is not understood", () => {
    const block = Buffer.concat([Buffer.from("05020131", "hex"), encodeStateChanges([schema])]);
    expect(decodeStateChanges(tellableState(block))).toEqual([schema]);
  });

  it("is left out where there is none, or far too much", () => {
    expect(tellableState(undefined)).toHaveLength(0);
    expect(tellableState(encodeStateChanges([{ ...schema, name: "s".repeat(5_000) }]))).toHaveLength(0);
  });
});
