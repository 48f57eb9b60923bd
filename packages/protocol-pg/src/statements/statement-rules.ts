import { accessRules } from "./rules/access-rules.ts";
import { dataRules } from "./rules/data-rules.ts";
import { schemaRules } from "./rules/schema-rules.ts";
import { serverRules } from "./rules/server-rules.ts";
import { sessionRules } from "./rules/session-rules.ts";
import type { StatementRules } from "./statement-rule.ts";

/** Every kind of statement that the grammars of 13 to 18 can give. What is not listed is refused. */
export const statementRules: StatementRules = {
  ...dataRules,
  ...schemaRules,
  ...serverRules,
  ...accessRules,
  ...sessionRules,
};
