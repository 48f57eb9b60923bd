import type { Find, Mask } from "@sallyport/shared/masks/mask";
import type { Inference, MaskWord, ColumnMask } from "../store/documents/policy-mask.ts";
import type { PolicyDocument } from "../store/documents/policy.ts";
import { readJsonPath } from "./json-path.ts";
import { compileColumnPattern, type RelationPattern } from "./name-pattern.ts";

/** Columns and what is shown in place of their values. */
export interface CompiledColumnMask {
  readonly patterns: readonly { readonly relation: RelationPattern; readonly column: (name: string) => boolean }[];
  /** The parts of a JSON value; undefined: the whole value. */
  readonly at: readonly (readonly string[])[] | undefined;
  readonly mask: Mask;
}

/** The masks of one policy. */
export interface CompiledMasks {
  readonly columns: readonly CompiledColumnMask[];
  readonly find: readonly Find[];
  /** Undefined where the policy neither says it nor masks a column. */
  readonly inference: Inference | undefined;
}

/** Reads the masks of a document that its schema has checked. */
export function compileMasks({ masks = [], inference }: PolicyDocument): CompiledMasks {
  const columns = masks.flatMap((entry) => ("columns" in entry ? [compileColumnMask(entry)] : []));
  const find = masks.flatMap((entry) => {
    if (!("find" in entry)) return [];
    const mask = compileMask(entry.with);
    return entry.find.map((detector) => ({ detector, mask }));
  });
  return { columns, find, inference: inference ?? (columns.length > 0 ? "equality" : undefined) };
}

function compileColumnMask(entry: ColumnMask): CompiledColumnMask {
  return {
    patterns: entry.columns.map(compileColumnPattern),
    at: entry.at?.map((text) => {
      const path = readJsonPath(text);
      // an empty path is the whole value: what cannot be read masks more, never less
      return "problem" in path ? [] : path;
    }),
    mask: compileMask(entry.with),
  };
}

function compileMask(word: MaskWord): Mask {
  if (word === null) return { kind: "null" };
  return typeof word === "string" ? { kind: word } : { kind: "partial", keepLast: word.partial };
}
