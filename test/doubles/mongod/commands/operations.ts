import { documentOf, numberOf, textOf, type BsonDocument } from "../bson-document.ts";
import type { Operation } from "../operations.ts";
import { ownerOf, type Command, type CommandContext } from "../server-state.ts";

/** Operations in progress, as `currentOp` and the stage `$currentOp` show them; those of others only where asked for. */
export function operationsShown(context: CommandContext, allUsers: boolean): readonly BsonDocument[] {
  const { operations } = context.server;
  return operations
    .all()
    .filter((operation) => allUsers || operation.user === ownerOf(context))
    .map((operation) => shown(operation));
}

/** `$ownOps` narrows to one's own, and other fields to operations that have them. */
export const currentOp: Command = (context) => {
  const { command } = context;
  const wanted = Object.entries(command).filter(
    ([name]) => !["currentOp", "$db", "$ownOps", "$all", "lsid", "$readPreference", "comment"].includes(name),
  );
  const inprog = operationsShown(context, command["$ownOps"] !== true).filter((operation) =>
    wanted.every(([name, value]) => operation[name] === value),
  );
  return { inprog };
};

/** Ends an operation; whether there was one is not said. */
export const killOp: Command = ({ command, server }) => {
  server.operations.kill(numberOf(command, "op") ?? 0);
  return { info: "attempting to kill op" };
};

function shown(operation: Operation): BsonDocument {
  const { command, database } = operation;
  const name = Object.keys(command)[0] ?? "";
  const [db = "", ...user] = (operation.user ?? "").split(".");
  return {
    type: "op",
    host: "localhost",
    desc: `conn${operation.connectionId}`,
    connectionId: operation.connectionId,
    client: operation.client,
    appName: textOf(documentOf(operation.metadata ?? {}, "application"), "name") ?? "",
    clientMetadata: operation.metadata ?? {},
    active: true,
    currentOpTime: new Date().toISOString(),
    effectiveUsers: operation.user === undefined ? [] : [{ user: user.join("."), db }],
    opid: operation.id,
    secs_running: BigInt(Math.floor((Date.now() - operation.begun) / 1000)),
    microsecs_running: BigInt((Date.now() - operation.begun) * 1000),
    op: name === "getMore" ? "getmore" : name === "find" ? "query" : "command",
    ns: `${database}.${textOf(command, name) ?? "$cmd"}`,
    command,
    ...("lsid" in command ? { lsid: command["lsid"] } : {}),
  };
}
