import { Worker } from "node:worker_threads";
import type { GrammarMajor } from "./grammar-packages.ts";
import type { DeskAnswer, WorkerReply } from "./parse-worker.ts";
import { unreadableText } from "./unreadable.ts";

/** Bounds of the worker and of what may wait for it. */
export interface ParseDeskLimits {
  /** How long one text may take, once the worker has it. */
  readonly parseMs: number;
  readonly startMs: number;
  /** How long an unused worker is kept. */
  readonly idleMs: number;
  readonly waitingTexts: number;
  readonly waitingBytes: number;
}

interface Job {
  readonly sql: Buffer;
  readonly done: (answer: DeskAnswer) => void;
}

/** stopped: no worker. starting: its grammar loads. idle: it waits for a text. busy: it has one, and a timer runs. */
type DeskState =
  | { readonly at: "stopped" }
  | { readonly at: "starting"; readonly worker: Worker; readonly timer: NodeJS.Timeout }
  | { readonly at: "idle"; readonly worker: Worker; readonly timer: NodeJS.Timeout }
  | { readonly at: "busy"; readonly worker: Worker; readonly timer: NodeJS.Timeout; readonly job: Job };

/**
 * Reads texts in a worker that can be killed, one at a time. The worker is started when needed, ended when idle, and keeps
 * the process alive only while somebody waits for a text.
 */
export class ParseDesk {
  readonly #major: GrammarMajor;
  readonly #limits: ParseDeskLimits;
  readonly #waiting: Job[] = [];
  #waitingBytes = 0;
  #state: DeskState = { at: "stopped" };

  constructor(major: GrammarMajor, limits: ParseDeskLimits) {
    this.#major = major;
    this.#limits = limits;
  }

  /** Never rejects: what cannot be read comes back as refused. Takes a copy of the bytes. */
  read(sql: Buffer): Promise<DeskAnswer> {
    const { waitingTexts, waitingBytes } = this.#limits;
    if (this.#waiting.length >= waitingTexts || this.#waitingBytes + sql.length > waitingBytes) {
      return Promise.resolve(notNow(sql, "Too many large texts are waiting to be read; try again."));
    }
    const { promise, resolve } = Promise.withResolvers<DeskAnswer>();
    this.#waiting.push({ sql: Buffer.from(sql), done: resolve });
    this.#waitingBytes += sql.length;
    this.#next();
    return promise;
  }

  /** Whether a worker exists, for tests of leaks. */
  get running(): boolean {
    return this.#state.at !== "stopped";
  }

  #next(): void {
    const state = this.#state;
    if (state.at === "stopped") {
      if (this.#waiting.length > 0) this.#start();
      return;
    }
    if (state.at !== "idle") return;
    clearTimeout(state.timer);
    const job = this.#waiting.shift();
    if (job === undefined) {
      state.worker.unref();
      const timer = setTimeout(() => this.#stop(state.worker), this.#limits.idleMs).unref();
      this.#state = { at: "idle", worker: state.worker, timer };
      return;
    }
    this.#waitingBytes -= job.sql.length;
    state.worker.ref();
    const timer = setTimeout(() => this.#lose(state.worker, "Reading the text took too long."), this.#limits.parseMs);
    this.#state = { at: "busy", worker: state.worker, timer, job };
    state.worker.postMessage(job.sql);
  }

  #start(): void {
    const worker = new Worker(new URL("./parse-worker.ts", import.meta.url), {
      workerData: this.#major,
      // flags of this process, such as the text of --eval, are not for the worker
      execArgv: [],
      // a server with the largest stack that systems let it have by default follows 45,000 casts in a chain, and this one 78,000
      resourceLimits: { stackSizeMb: 8, maxOldGenerationSizeMb: 2048 },
    });
    const timer = setTimeout(() => this.#lose(worker, "The text could not be read in time."), this.#limits.startMs);
    this.#state = { at: "starting", worker, timer };
    worker.on("message", (reply: WorkerReply) => this.#hear(worker, reply));
    worker.on("error", () => this.#lose(worker, "The text is too complex to be read."));
    // an answer that this thread's stack is too short for
    worker.on("messageerror", () => this.#lose(worker, "The text is too complex to be read."));
    worker.on("exit", () => this.#lose(worker, "The text is too complex to be read."));
  }

  #hear(worker: Worker, reply: WorkerReply): void {
    const state = this.#state;
    if (state.at === "stopped" || state.worker !== worker) return;
    clearTimeout(state.timer);
    if (state.at === "busy" && reply.kind === "read") state.job.done(reply.answer);
    this.#state = { at: "idle", worker, timer: state.timer };
    this.#next();
  }

  /** The worker is of no more use. Its text is refused; if it never started, so are all that wait, or they would wait for ever. */
  #lose(worker: Worker, because: string): void {
    const state = this.#state;
    if (state.at === "stopped" || state.worker !== worker) return;
    this.#stop(worker);
    if (state.at === "busy") state.job.done(notNow(state.job.sql, because));
    if (state.at === "starting") {
      this.#waitingBytes = 0;
      for (const job of this.#waiting.splice(0)) job.done(notNow(job.sql, because));
    }
    this.#next();
  }

  #stop(worker: Worker): void {
    const state = this.#state;
    if (state.at === "stopped" || state.worker !== worker) return;
    clearTimeout(state.timer);
    this.#state = { at: "stopped" };
    void worker.terminate();
  }
}

function notNow(sql: Buffer, because: string): DeskAnswer {
  return { read: unreadableText(sql, because), lasting: false };
}
