import { describe, expect, it } from "vitest";
import { importsOf, packageFiles, projectFiles, resolveImport, type ProjectFile } from "./source-files.ts";

const MINT = "packages/shared/src/permit.ts";
const GATE = "packages/gateway/src/policy/policy-gate.ts";

const product = packageFiles().filter(({ path }) => !isTest(path));

describe("the mint of permits", () => {
  it("is called by the policy gate and nobody else", () => {
    const callers = product.filter(({ path, text }) => path !== MINT && /\bmintPermit\b/.test(text));
    expect(callers.map(({ path }) => path)).toEqual([GATE]);
  });

  it("is imported by name only, so that no caller can be hidden", () => {
    const everywhere = [...packageFiles(), ...projectFiles("test", /\.ts$/)];
    const hidden = everywhere.filter(
      (file) =>
        importsOf(file).some((specifier) => resolveImport(file.path, specifier) === MINT) && !namesItsImports(file),
    );
    expect(hidden.map(({ path }) => path)).toEqual([]);
  });

  it("is asked in one place of the gate, after the record", () => {
    const gate = product.find(({ path }) => path === GATE)?.text ?? "";
    const pass = gate.slice(gate.indexOf("pass("), gate.indexOf("#record(statement: Statement"));
    const steps = ["decide(", "#record(", "mintPermit("].map((step) => pass.indexOf(step));
    expect(gate.match(/mintPermit\(/g)).toHaveLength(1);
    expect(steps.every((at) => at !== -1)).toBe(true);
    expect(steps).toEqual(steps.toSorted((left, right) => left - right));
  });

  it("is passed on by nobody who passes the gate's verdict", () => {
    const gateUsers = product.filter(({ path, text }) => path !== GATE && /\bnew PolicyGate\b/.test(text));
    expect(gateUsers.map(({ path }) => path)).toEqual(["packages/gateway/src/session/relayed-session.ts"]);
  });
});

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.includes("/testing/");
}

/** `import { … } from` or `import type { … } from`: no namespace, no dynamic import, no re-export of everything. */
function namesItsImports({ text }: ProjectFile): boolean {
  const mentions = text.match(/["'][^"']*\/permit(?:\.ts)?["']/g) ?? [];
  const named = text.match(/^import (?:type )?\{[^}]*\} from ["'][^"']*\/permit(?:\.ts)?["']/gm) ?? [];
  return mentions.length === named.length;
}
