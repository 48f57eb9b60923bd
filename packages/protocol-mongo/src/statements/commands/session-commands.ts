import { elementsOf, find, firstElement } from "../../bson/elements.ts";
import { stringOf, wholeNumberOf } from "../../bson/read-value.ts";
import { always, rule, type CommandParts, type CommandRule } from "../command-rule.ts";
import { isCommonField } from "../envelope.ts";

/** Commands about the session itself, and what drivers and shells ask of a server on their own. */
export const sessionCommands: readonly CommandRule[] = [
  rule("ping", always("session")),
  rule("buildInfo", always("session"), "", { aliases: ["buildinfo"] }),
  rule("connectionStatus", always("session"), "showPrivileges"),
  rule("whatsmyuri", always("session")),
  rule("startSession", always("session")),
  rule("refreshSessions", always("session")),
  rule("endSessions", always("session")),
  rule("killCursors", always("session"), "cursors", { namespace: "collection" }),
  rule("commitTransaction", always("transaction"), "recoveryToken"),
  rule("abortTransaction", always("transaction"), "recoveryToken"),
  rule("listCommands", always("session")),
  rule("atlasVersion", always("session")),
  rule("features", always("session"), "oidReset"),
  rule("getLastError", always("session"), "w wtimeout j fsync", { aliases: ["getlasterror"] }),
  // in exactly the form in which shells ask at their start; others show the server
  rule("getLog", ({ body }) => (firstText(body) === "startupWarnings" ? ["session"] : ["admin"])),
  rule("getParameter", gettingParameter, "any"),
];

function firstText(body: CommandParts["body"]): string | undefined {
  const first = firstElement(body);
  return first === undefined ? undefined : stringOf(first);
}

/**
 * `getParameter: 1, featureCompatibilityVersion: 1` and nothing else, or what asks for nothing at all: by `"foo"` shells find out which
 * server it is that has to refuse it. `"*"` or a document in the first field asks for all parameters.
 */
function gettingParameter({ body }: CommandParts): readonly ["session"] | readonly ["admin"] {
  const [first, ...more] = [...elementsOf(body)].filter(({ name }) => !isCommonField(name));
  if (firstText(body) === "foo" && more.length === 0) return ["session"];
  const isPlain = first !== undefined && wholeNumberOf(first) !== undefined && more.length === 1;
  return isPlain && find(body, "featureCompatibilityVersion") !== undefined ? ["session"] : ["admin"];
}
