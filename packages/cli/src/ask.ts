import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks the person at the terminal. Undefined: that one ended it with Ctrl-C or Ctrl-D. What is typed to an unseen question is not shown. */
export async function ask(question: string, how: "seen" | "unseen"): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({
    input: process.stdin,
    output: how === "seen" ? process.stderr : nowhere,
    terminal: true,
  });
  // not before: until the line is open, the terminal shows what is typed
  if (how === "unseen") process.stderr.write(question);
  const answered = new Promise<string | undefined>((resolve) => {
    line.once("SIGINT", () => line.close());
    line.once("close", () => resolve(undefined));
    line.question(how === "seen" ? question : "", resolve);
  });
  const answer = await answered;
  line.close();
  if (how === "unseen" || answer === undefined) process.stderr.write("\n");
  return answer;
}
