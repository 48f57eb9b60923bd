import cluster from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CommandFailure } from "../command-failure.ts";
import { nodeFlags } from "../node-flags.ts";
import { Questions } from "./questions.ts";
import type { StopReason } from "../stop-request.ts";
import { wordOfWorker, type OrderToWorker, type StartOrder } from "./worker-messages.ts";

/** One that does not answer in this time, such as one that is stopped in a debugger, is left out. */
const METRICS_WITHIN_MS = 2_000;

/** A process that serves, seen from the one that started it. */
export interface Worker {
  readonly pid: number | undefined;
  /** Rejects where it ended before. */
  readonly ready: Promise<void>;
  /** Resolves with how it ended. */
  readonly exited: Promise<string>;
  stop(reason: StopReason): void;
  hangUp(): void;
  /** Undefined: it does not say. */
  metrics(): Promise<string | undefined>;
  kill(): void;
}

/** Says how workers are started; once is enough for all of them. */
export function prepareWorkers(): void {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: fileURLToPath(new URL("worker-process.ts", import.meta.url)),
    args: [],
    execArgv: [...new Set([...process.execArgv, ...nodeFlags])],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Starts one. `allMetrics` is asked when somebody asks this worker for those of all. */
export function startWorker(start: StartOrder, allMetrics: () => Promise<readonly string[]>): Worker {
  const forked = cluster.fork();
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<string>();
  const questions = new Questions<string | undefined>();
  let isListening = false;
  let isReady = false;
  let isBroken = false;

  const send = (order: OrderToWorker): void => {
    // one that is gone is told nothing, and `exited` says so
    if (forked.isConnected()) forked.send(order, () => undefined);
  };
  forked.on("message", (message: unknown) => {
    const heard = wordOfWorker.safeParse(message);
    // another one takes its place, and the others go on
    if (!heard.success) {
      isBroken = true;
      forked.process.kill("SIGKILL");
      return;
    }
    const word = heard.data;
    switch (word.kind) {
      case "listening-to-orders":
        isListening = true;
        send(start);
        return;
      case "ready":
        isReady = true;
        ready.resolve();
        return;
      case "own-metrics":
        questions.answer(word.question, word.text);
        return;
      case "ask-metrics":
        void allMetrics().then((texts) => send({ kind: "metrics", question: word.question, texts: [...texts] }));
        return;
    }
  });
  forked.once("error", ({ message }) => exited.resolve(message));
  forked.once("exit", (code, signal) =>
    exited.resolve(isBroken ? "it said what no worker says" : (signal ?? `exit code ${code}`)),
  );
  void exited.promise.then((how) => {
    ready.reject(endedEarly(start.number, how));
    questions.answerAll(undefined);
  });
  // of one that takes the place of another nobody waits for this
  ready.promise.catch(() => undefined);
  return {
    pid: forked.process.pid,
    ready: ready.promise,
    exited: exited.promise,
    stop(reason) {
      if (isListening) send({ kind: "stop", reason });
      // it has nothing yet that could be ended in order, and would not hear it
      else forked.process.kill("SIGKILL");
    },
    hangUp: () => void forked.process.kill("SIGHUP"),
    async metrics() {
      if (!isReady) return undefined;
      const patience = new AbortController();
      const late = delay(METRICS_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined);
      const told = questions.ask((question) => send({ kind: "tell-metrics", question }));
      try {
        return await Promise.race([told, late]);
      } finally {
        patience.abort();
      }
    },
    kill: () => void forked.process.kill("SIGKILL"),
  };
}

function endedEarly(number: number, how: string): CommandFailure {
  return new CommandFailure(`Worker ${number} ended while it was starting (${how}).`, "Read above what it said.");
}
