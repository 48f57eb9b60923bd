import { firstElement } from "../../bson/elements.ts";
import { stringOf } from "../../bson/read-value.ts";
import { type Command, always, rule, type CommandRule } from "../command-rule.ts";

/** Commands about the session itself, and what drivers and shells ask of a server on their own. */
export const sessionCommands: readonly CommandRule[] = [
  rule("ping", always("session")),
  rule("buildInfo", always("session"), [], { aliases: ["buildinfo"] }),
  rule("connectionStatus", always("session"), ["showPrivileges"]),
  rule("whatsmyuri", always("session")),
  rule("startSession", always("session")),
  rule("refreshSessions", always("session")),
  rule("endSessions", always("session")),
  rule("killCursors", always("session"), ["cursors"], { namespace: "collection" }),
  rule("commitTransaction", always("transaction"), ["recoveryToken"]),
  rule("abortTransaction", always("transaction"), ["recoveryToken"]),
  rule("listCommands", always("session")),
  rule("atlasVersion", always("session")),
  rule("features", always("session"), ["oidReset"]),
  rule("getnonce", always("session")),
  rule("getLastError", always("session"), ["w", "wtimeout", "j", "fsync"], { aliases: ["getlasterror"] }),
  // in exactly the form in which shells ask at their start; others show the server
  rule("getLog", ({ body }) => (firstText(body) === "startupWarnings" ? ["session"] : ["admin"])),
  rule("getParameter", gettingParameter, ["featureCompatibilityVersion"]),
];

function firstText(body: Command["body"]): string | undefined {
  const first = firstElement(body);
  return first === undefined ? undefined : stringOf(first);
}

/** `getParameter: 1, featureCompatibilityVersion: 1`; any other parameter is refused as a field that is not known. */
function gettingParameter({ body }: Command): readonly ["session"] | readonly ["admin"] {
  const first = firstElement(body);
  return first !== undefined && stringOf(first) === undefined ? ["session"] : ["admin"];
}
