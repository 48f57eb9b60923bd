import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { isGrammarMajor } from "./grammar-packages.ts";
import { Grammar } from "./grammar.ts";
import { createStatementReader } from "./statement-reader.ts";
import { statementRules } from "./statement-rules.ts";

const require = createRequire(import.meta.url);
const majors = [13, 14, 15, 16, 17, 18].filter(isGrammarMajor);

/** Node kinds of later stages, or of PL/pgSQL, that no text's raw parse tree holds. */
const neverInTrees = new Set(["RawStmt", "SetOperationStmt", "PLAssignStmt"]);

describe.each(majors)("grammar of %d", (major) => {
  it("knows no kind of statement without a rule", () => {
    const wasm = readFileSync(require.resolve(`pg-query-${major}/wasm/libpg-query.wasm`), "latin1");
    const kinds = new Set(wasm.match(/\b[A-Z][A-Za-z]+Stmt\b/g));
    expect(kinds.size).toBeGreaterThan(100);
    expect([...kinds].filter((kind) => !neverInTrees.has(kind) && statementRules[kind] === undefined)).toEqual([]);
  });

  it("reads what its version reads", async () => {
    const reader = await createStatementReader(major);
    const verbs = async (sql: string): Promise<string | undefined> =>
      (await reader.read(Buffer.from(sql))).statements[0]?.verbs.join(" ");
    expect(await verbs("INSERT INTO t SELECT 1 RETURNING a")).toBe("read insert");
    expect(await verbs("SELECT set_config('role', 'x', true)")).toBe("read session admin");
    const from = (first: number, known: string): string => (major >= first ? known : "unknown");
    expect(await verbs("CREATE FUNCTION f() RETURNS int RETURN 1")).toBe(from(14, "create"));
    expect(await verbs("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE")).toBe(from(15, "read delete merge"));
    expect(await verbs("ALTER DATABASE d REFRESH COLLATION VERSION")).toBe(from(15, "alter admin"));
    expect(await verbs("SELECT * FROM JSON_TABLE('1', '$' COLUMNS (a int PATH '$'))")).toBe(from(17, "read"));
    expect(await verbs("UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a")).toBe(from(18, "read update"));
  });

  it("is itself again after fifty failures that would have poisoned it", async () => {
    const grammar = await Grammar.load(major);
    const deep = Buffer.from(`select 1${"::int".repeat(60_000)}`);
    for (let n = 0; n < 50; n++) {
      expect(grammar.parse(deep).kind).toBe("broken");
      expect(grammar.ready).toBe(false);
      await grammar.renew();
    }
    expect(grammar.parse(Buffer.from("select 1")).kind).toBe("tree");
  });
});
