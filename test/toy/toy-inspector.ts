import type { ClientStep, Inspector, Refusal, ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { ParsedStatement } from "@sallyport/shared/statement";
import { verbs } from "@sallyport/shared/verb";
import { errorLine, lineOf, textOf } from "./toy-lines.ts";
import { toyLogin } from "./toy-login.ts";

/** Every line is a statement, `KILL id` or `AGAIN user database token`, answered by one line; the next one is looked at when the answer has come. */
export class ToyInspector implements Inspector {
  #running: { readonly permit: string; readonly answered: PromiseWithResolvers<void> } | undefined;

  fromClient(frame: Frame): ClientStep {
    const text = textOf(frame);
    if (text === "QUIT") return { kind: "end" };
    if (/[^\P{Cc}\t]/u.test(text)) throw new GatewayError("protocol/malformed", "a line holds control characters");
    if (text.startsWith("LOGIN ")) throw new GatewayError("protocol/out-of-order", "a second login");
    if (this.#running !== undefined) return { kind: "wait", until: this.#running.answered.promise };
    const [word, first = "", second = "", token = ""] = text.split(" ");
    if (word === "AGAIN") return { kind: "log-in-again", talk: (door) => toyLogin(door, first, second, token) };
    if (word === "KILL") {
      const unknown = lineOf("ERR", "unknown-session", first);
      return { kind: "cancel", id: Number(first), told: lineOf("OK", "killed"), unknown };
    }
    return { kind: "judge", statements: [{ parsed: parseLine(text), stage: "run", parameters: [] }] };
  }

  fromServer(frame: Frame): ServerStep {
    const running = this.#running;
    if (running === undefined) return { kind: "verbatim" };
    this.#running = undefined;
    running.answered.resolve();
    const [code = ""] = textOf(frame).split(" ");
    const result = code === "ERR" ? "failed" : "completed";
    return { kind: "verbatim", outcomes: [{ permit: running.permit, result, code, rows: 0 }] };
  }

  admit(_frame: Frame, permits: readonly Permit[]): undefined {
    for (const permit of permits) {
      permit.spend();
      this.#running = { permit: permit.id, answered: Promise.withResolvers() };
    }
  }

  refuse(_frame: Frame, error: GatewayError): Refusal {
    return { toClient: errorLine(error) };
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  get inTransaction(): boolean {
    return false;
  }

  farewell(error: GatewayError): Buffer {
    return errorLine(error);
  }
}

function parseLine(text: string): ParsedStatement {
  const [word = ""] = text.split(" ");
  const verb = verbs.find((known) => known === word.toLowerCase());
  if (verb !== undefined && verb !== "unknown") return { text, verbs: [verb] };
  return { text, verbs: ["unknown"], unknownBecause: `"${word}" is no verb` };
}
