import type { Parameter, Statement } from "@sallyport/shared/statement";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { TextModes } from "../statements/text-modes.ts";
import type { Conversation } from "./conversation.ts";
import { newReply, type Grammar } from "./exchange.ts";
import type { Judgement } from "./judgement.ts";

/** What is asked about statements that one command runs or defines. */
export interface RunningQuestion {
  readonly statements: readonly MysqlStatement[];
  readonly stage: Statement["stage"];
  readonly grammar: Grammar;
  /** Those in which the statements were read. */
  readonly modes: TextModes | undefined;
  readonly parameters?: readonly Parameter[];
}

/** Asks for the decision; once they pass, the server's answer is expected. */
export function judgeRunning(
  conversation: Conversation,
  { statements, stage, grammar, modes, parameters = [] }: RunningQuestion,
): Judgement {
  return {
    kind: "judge",
    statements: statements.map((parsed) => ({ parsed, stage, parameters })),
    onAdmitted: (permits) => {
      const running = statements.map((statement, at) => ({ statement, modes, permit: permits[at]?.id ?? "" }));
      conversation.expect(newReply(grammar, running));
      return undefined;
    },
  };
}
