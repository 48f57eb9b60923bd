import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { describeIssues } from "../../store/describe-issue.ts";
import { parseDocuments } from "../../store/parse-documents.ts";

const name = z.string().min(1);

/** Who asks: a name alone is a human without groups and claims. */
const principal = z.union(
  [
    name,
    z.strictObject({
      name,
      kind: z.enum(principalKinds).default("human"),
      groups: z.array(name).default([]),
      claims: z.record(name, z.unknown()).default({}),
    }),
  ],
  "must be a name, or a group of name, kind, groups and claims",
);

const expectation = z.union(
  [z.enum(["allow", "deny"]), z.strictObject({ masked: z.array(name).min(1) })],
  "must be allow (and nothing is masked), deny, or { masked: [names of columns] }",
);

const policyCase = z.strictObject({
  principal,
  connection: name,
  database: name.optional(),
  sql: name,
  expect: expectation,
  /** What the refusal's reason must hold. */
  because: name.optional(),
});

/** One thing that policies are tried with, and what must come of it. */
export type PolicyCase = z.infer<typeof policyCase>;

/** The cases of one file, and what is wrong with it. */
export interface CaseFile {
  readonly cases: readonly { readonly place: string; readonly one: PolicyCase }[];
  readonly problems: readonly string[];
}

/** Reads a file of cases: a list in YAML. */
export function readCases(file: string, text: string): CaseFile {
  const { documents, problems } = parseDocuments(text);
  const found: CaseFile["cases"][number][] = [];
  const wrong = problems.map(({ line, sentence }) => `${file}:${line}: ${sentence}`);
  for (const document of documents) {
    const { value } = document;
    if (!Array.isArray(value)) {
      wrong.push(`${file}:${document.lineOf([])}: must be a list of cases.`);
      continue;
    }
    value.forEach((item: unknown, index) => {
      const checked = policyCase.safeParse(item);
      if (checked.success) {
        found.push({ place: `${file}:${document.lineOf([index])}`, one: checked.data });
        return;
      }
      for (const { path, sentence } of describeIssues(policyCase, item, checked.error.issues)) {
        const where = path.length === 0 ? "" : `${z.core.toDotPath([...path])}: `;
        wrong.push(`${file}:${document.lineOf([index, ...path])}: ${where}${sentence}`);
      }
    });
  }
  return { cases: found, problems: wrong };
}
