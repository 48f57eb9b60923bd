import { problem } from "@sallyport/gateway/api/contract/problem";
import { errorTable, isErrorCode } from "@sallyport/shared/errors";
import { z } from "zod";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { shown, shownLines } from "../output/shown.ts";

/** What requests that fail are answered with. A newer gateway may have codes that are not known here. */
export const refusalBody = problem.extend({ code: z.string() });

type Problem = z.infer<typeof refusalBody>;

/** A request that the gateway did not carry out, in a sentence, with what to do next. */
export class Refusal extends CommandFailure {
  readonly problem: Problem;

  constructor(problem: Problem) {
    const { what, nextStep } = sentences(problem);
    const faults = (problem.errors ?? []).map(({ in: part, field, message }) => {
      return `  ${field === "" ? part : field}: ${message}`;
    });
    super(
      shownLines([`${what} [${problem.code}]`, ...faults].join("\n")),
      shown(nextStep),
      undefined,
      exitCodeOf(problem),
    );
    this.problem = problem;
  }
}

const nextSteps: Readonly<Record<string, string>> = {
  "api/unauthenticated": "Log in: sallyport login",
  "api/forbidden": "sallyport whoami shows your roles; an administrator can give you others.",
  "api/rate-limited": "Wait a minute and try again.",
  "login/no-access": "sallyport connections ls --mine shows where you may go; ask the owner of the policies for more.",
  "store/unavailable": "Try again in a moment; sallyport doctor shows what is missing.",
};

/** A problem's detail says what happened and then what to do; here the two stand apart. */
function sentences({ code, title, detail, requestId }: Problem): { what: string; nextStep: string } {
  const own = Object.hasOwn(nextSteps, code) ? nextSteps[code] : undefined;
  const hint = isErrorCode(code) ? errorTable[code].hint : undefined;
  if (hint !== undefined && detail.endsWith(hint)) {
    const specific = detail.slice(0, -hint.length).trim();
    return { what: specific === "" ? title : specific, nextStep: own ?? hint };
  }
  const [, what, last] = /^(.*[.:])\s+([A-Z][^\n]*?)$/s.exec(detail) ?? [];
  const asked = `The gateway's log and audit name the request ${requestId}.`;
  return { what: own === undefined ? (what ?? detail) : detail, nextStep: own ?? last ?? asked };
}

const unreachable = new Set([502, 503, 504]);

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (code === "api/unauthenticated") return exitCodes.notLoggedIn;
  if (status === 403) return exitCodes.refused;
  if (unreachable.has(status)) return exitCodes.unreachable;
  return exitCodes.failed;
}
