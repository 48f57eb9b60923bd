import type { Expression, Lowered, Query, RelationName, Subject } from "@sallyport/shared/lineage/relational";
import { isTreeNode, listOf, nodeOf, stringOf, textOf, untag, type TaggedNode, type TreeNode } from "../tree.ts";
import { isTotalTypeName } from "./cast-manner.ts";
import { telling, type CallGatherer } from "./gather-calls.ts";
import { isReadingAll } from "./is-reading-all.ts";
import { lowerExpression, nullLiteral } from "./lower-expression.ts";
import { lowerSelect, lowerWith } from "./lower-query.ts";
import { lowerRange } from "./lower-range.ts";
import { isAlwaysTrue, lowerWrite } from "./lower-write.ts";
import type { Extent, Lowering } from "./lowering.ts";
import { namesIn, relationName } from "./names.ts";

const nothingCalled: Lowered["calls"] = { functions: [], operators: [], types: [] };

const TOO_DEEP = "The statement is nested too deeply to be followed.";
const HIDES_TYPE = "Its rows would have the name of one of the server's types, which casts would then mean.";
const LEFT_OUT = "The statement has parts that the gateway does not follow.";
const TOO_LONG = "The text is too long to be followed.";

/** Lowers a statement of the tree, `extent` being that of its text. What it is about is unknown where it cannot be lowered; it never fails. */
export function lowerStatement(statement: TaggedNode, called: CallGatherer, extent: Extent): Lowered {
  extent.begin(called.size);
  // of what is not followed nobody asks what it calls
  const calls = extent.isTooLong ? nothingCalled : called.calls;
  try {
    if (extent.isTooLong) return { subject: unknown(TOO_LONG), calls, facts: factsOf(statement) };
    const subject = subjectOf(statement, createLowering(extent));
    const whole = isFollowed(subject) && !extent.hasAll(called.telling) ? unknown(LEFT_OUT) : subject;
    return { subject: extent.isTooLong ? unknown(TOO_LONG) : whole, calls, facts: factsOf(statement) };
  } catch (error) {
    // the stack has an end too, where the tree comes close to ours
    if (!(error instanceof RangeError)) throw error;
    return { subject: unknown(TOO_DEEP), calls, facts: [] };
  }
}

/** Whether every part of the statement has to be in its relational form. In the others no query can stand. */
function isFollowed(subject: Subject): boolean {
  switch (subject.kind) {
    case "query":
      return true;
    case "copy-out":
    case "make":
      return subject.query !== undefined;
    case "explain":
      return isFollowed(subject.of);
    default:
      return false;
  }
}

function createLowering(extent: Extent): Lowering {
  const tooDeep: Expression = { kind: "unknown", because: TOO_DEEP };
  const lowering: Lowering = {
    expression(value) {
      if (extent.isTooLong) return tooDeep;
      if (value === undefined || value === null) return nullLiteral;
      const tagged = untag(value);
      if (tagged !== undefined && telling.has(tagged.tag)) extent.take(tagged.node);
      const lowered = extent.within(() => (extent.isTooDeep ? tooDeep : lowerExpression(tagged, lowering)));
      if (lowered.kind !== "literal") extent.count();
      return lowered;
    },
    query(select) {
      extent.take(select);
      return extent.within(() => (extent.isTooDeep ? queryOf(tooDeep) : lowerSelect(select, lowering)));
    },
    anyQuery: (value) => anyQuery(value, lowering),
    write: (tag, node) => lowerWrite(tag, node, lowering),
    range: (value) =>
      extent.within(() => (extent.isTooDeep ? { kind: "unknown", because: TOO_DEEP } : lowerRange(value, lowering))),
  };
  return lowering;
}

function queryOf(expression: Expression): Query {
  return { with: [], recursive: false, body: { kind: "values", rows: [[expression]] }, order: [], bounds: [] };
}

/** SELECT or a statement that writes, with its WITH. */
function anyQuery(value: unknown, lowering: Lowering): Query | undefined {
  const tagged = untag(value);
  if (tagged === undefined) return undefined;
  if (tagged.tag === "SelectStmt") return lowering.query(tagged.node);
  const body = lowering.write(tagged.tag, tagged.node);
  if (body === undefined) return undefined;
  return { ...lowerWith(tagged.node["withClause"], lowering), body, order: [], bounds: [] };
}

type LowerSubject = (node: TreeNode, lowering: Lowering) => Subject;

function subjectOf({ tag, node }: TaggedNode, lowering: Lowering): Subject {
  const lower = Object.hasOwn(subjects, tag) ? subjects[tag] : undefined;
  return (
    lower?.(node, lowering) ?? unknown(`The gateway does not know what a statement of this kind touches (${tag}).`)
  );
}

const nothing: LowerSubject = () => ({ kind: "none" });

const subjects: Readonly<Record<string, LowerSubject>> = {
  SelectStmt(node, lowering) {
    const query = lowering.query(node);
    return node["intoClause"] === undefined ? { kind: "query", query } : made("table", intoRelation(node), query);
  },
  InsertStmt: written("InsertStmt"),
  UpdateStmt: written("UpdateStmt"),
  DeleteStmt: written("DeleteStmt"),
  MergeStmt: written("MergeStmt"),
  CopyStmt: lowerCopy,

  ExplainStmt: shown("query"),
  // what it prepares is decided when it runs, and already here by what it touches
  PrepareStmt: shown("query"),
  DeclareCursorStmt: (node, lowering) => inner(node["query"], lowering),

  CreateTableAsStmt(node, lowering) {
    const query = lowering.anyQuery(node["query"]);
    const into = isTreeNode(node["into"]) ? node["into"] : {};
    if (query === undefined) return unknown("What a prepared statement puts into a table cannot be followed.");
    return made("table", into["rel"], query);
  },
  ViewStmt(node, lowering) {
    const query = lowering.anyQuery(node["query"]);
    return query === undefined ? unknown("The view is not made of a query.") : made("view", node["view"], query);
  },
  CreateStmt: lowerCreate,

  TruncateStmt: (node) => whole(listOf(node["relations"]).map(rangeVarIn)),
  LockStmt: (node) => whole(listOf(node["relations"]).map(rangeVarIn)),
  DropStmt: lowerDrop,
  AlterTableStmt: (node) => whole([relationName(node["relation"]), ...relationsTakenIn(node)]),
  RenameStmt: (node) =>
    hidesType(textOf(node["newname"])) ? unknown(HIDES_TYPE) : whole([relationName(node["relation"])]),
  IndexStmt: (node) => whole([relationName(node["relation"])]),

  TransactionStmt: nothing,
  VariableSetStmt: nothing,
  VariableShowStmt: nothing,
  ConstraintsSetStmt: nothing,
  DiscardStmt: nothing,
  DeallocateStmt: nothing,
  ClosePortalStmt: nothing,
  FetchStmt: nothing,
  ExecuteStmt: nothing,
  ListenStmt: nothing,
  UnlistenStmt: nothing,
  NotifyStmt: nothing,
  CheckPointStmt: nothing,
  CallStmt: nothing,
};

function unknown(because: string): Subject {
  return { kind: "unknown", because };
}

function inner(value: unknown, lowering: Lowering): Subject {
  const tagged = untag(value);
  return tagged === undefined ? unknown("The gateway cannot tell what this is about.") : subjectOf(tagged, lowering);
}

function written(tag: string): LowerSubject {
  return (node, lowering) => {
    const query = anyQuery({ [tag]: node }, lowering);
    return query === undefined ? unknown("The gateway cannot tell what this writes to.") : { kind: "query", query };
  };
}

function shown(field: string): LowerSubject {
  return (node, lowering) => ({ kind: "explain", of: inner(node[field], lowering), runs: isAnalyzing(node) });
}

/** EXPLAIN ANALYZE. Whether a switch is off may be said in many ways, so each one counts as on. */
function isAnalyzing(node: TreeNode): boolean {
  return listOf(node["options"]).some((option) => nodeOf("DefElem", option)?.["defname"] === "analyze");
}

function intoRelation(node: TreeNode): unknown {
  return isTreeNode(node["intoClause"]) ? node["intoClause"]["rel"] : undefined;
}

function made(what: "table" | "view", rangeVar: unknown, query: Query): Subject {
  const relation = relationName(rangeVar);
  if (relation === undefined) return unknown("What is made has no name.");
  if (hidesType(relation.name)) return unknown(HIDES_TYPE);
  return {
    kind: "make",
    what,
    relation,
    temporary: isTemporary(rangeVar),
    query,
    columns: [],
    likeOthers: false,
  };
}

/** A session's own types come before the server's. */
function hidesType(name: string | undefined): boolean {
  return name !== undefined && isTotalTypeName(name);
}

function isTemporary(rangeVar: unknown): boolean {
  if (!isTreeNode(rangeVar)) return false;
  return rangeVar["relpersistence"] === "t" || rangeVar["schemaname"] === "pg_temp";
}

function lowerCreate(node: TreeNode): Subject {
  const relation = relationName(node["relation"]);
  if (relation === undefined) return unknown("What is made has no name.");
  if (hidesType(relation.name)) return unknown(HIDES_TYPE);
  // its rows would be among those of others
  if (node["inhRelations"] !== undefined) return unknown("A table that adds its rows to those of another one.");
  const elements = listOf(node["tableElts"]);
  const columns = elements.map((item) => textOf(nodeOf("ColumnDef", item)?.["colname"]));
  const likeOthers =
    ["inhRelations", "ofTypename", "partbound"].some((field) => node[field] !== undefined) ||
    elements.some((item) => nodeOf("TableLikeClause", item) !== undefined);
  return {
    kind: "make",
    what: "table",
    relation,
    temporary: isTemporary(node["relation"]),
    query: undefined,
    columns: columns.filter((name) => name !== undefined),
    likeOthers,
  };
}

function lowerCopy(node: TreeNode, lowering: Lowering): Subject {
  const relation = relationName(node["relation"]);
  const columns = namesIn(node["attlist"]);
  if (node["is_from"] === true) {
    return relation === undefined ? unknown("COPY into nothing.") : { kind: "copy-in", relation, columns };
  }
  const query = node["query"] === undefined ? undefined : lowering.anyQuery(node["query"]);
  if (relation === undefined && query === undefined) return unknown("The gateway does not know what this copies.");
  return { kind: "copy-out", relation, columns, query };
}

const relationKinds: ReadonlySet<unknown> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_FOREIGN_TABLE",
]);

function lowerDrop(node: TreeNode): Subject {
  if (!relationKinds.has(node["removeType"])) return unknown("The gateway cannot tell which table this is about.");
  return whole(
    listOf(node["objects"]).map((item): RelationName | undefined => {
      const names = listOf(nodeOf("List", item)?.["items"]).map(stringOf);
      const name = names.at(-1);
      return name === undefined ? undefined : { schema: names.at(-2), name };
    }),
  );
}

/** What becomes a part of a table by ALTER TABLE, or the table a part of it. */
function relationsTakenIn(node: TreeNode): readonly (RelationName | undefined)[] {
  return listOf(node["cmds"]).flatMap((item) => {
    const tagged = untag(nodeOf("AlterTableCmd", item)?.["def"]);
    if (tagged?.tag === "RangeVar") return [relationName(tagged.node)];
    return tagged?.tag === "PartitionCmd" ? [relationName(tagged.node["name"])] : [];
  });
}

function rangeVarIn(value: unknown): RelationName | undefined {
  return relationName(nodeOf("RangeVar", value));
}

function whole(relations: readonly (RelationName | undefined)[]): Subject {
  const known = relations.filter((relation) => relation !== undefined);
  return known.length === relations.length && known.length > 0
    ? { kind: "whole", relations: known }
    : unknown("The gateway cannot tell which table this is about.");
}

/** What the text alone shows of a statement; of EXPLAIN and PREPARE, what it shows of the one within. */
function factsOf({ tag, node }: TaggedNode): Lowered["facts"] {
  if (tag === "ExplainStmt" || tag === "PrepareStmt") {
    const within = untag(node["query"]);
    return within === undefined ? [] : factsOf(within);
  }
  if (tag === "UpdateStmt" || tag === "DeleteStmt") {
    if (node["whereClause"] === undefined) return ["noWhere"];
    return isAlwaysTrue(node["whereClause"]) ? ["alwaysTrueWhere"] : [];
  }
  return isReadingAll(tag, node) ? ["unbounded"] : [];
}
