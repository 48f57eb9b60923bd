import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A shell that somebody types into, and that remembers what was typed before. */
export class Shell implements AsyncDisposable {
  readonly #child: ChildProcess;
  #said = "";

  /** Starts bash in a folder. What it starts is ended with it. */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#child = spawn("bash", ["--norc", "--noprofile"], {
      cwd: folder,
      env: environment,
      stdio: ["pipe", "pipe", "pipe"],
      // a group of its own, so that everything in it can be ended
      detached: true,
    });
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    this.#child.stdout?.on("data", hear);
    this.#child.stderr?.on("data", hear);
  }

  /** Types lines and resolves to what was printed until they were done, on both outputs. */
  async type(lines: string): Promise<string> {
    const end = `done-${Math.random().toString(36).slice(2)}`;
    this.#said = "";
    // the commands must not read what is typed after them
    this.#child.stdin?.write(`{\n${lines}\n} < /dev/null\nprintf '%s\\n' ${end}\n`);
    while (!this.#said.includes(`${end}\n`)) await once(this.#child.stdout ?? this.#child, "data");
    return this.#said
      .replace(`${end}\n`, "")
      .replaceAll(/[ \t]+$/gm, "")
      .trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    const closed = once(this.#child, "close");
    process.kill(-pid, "SIGTERM");
    await closed;
  }
}
