import { meaningOfHangUp } from "../meaning-of-hang-up.ts";
import { stopSignals, type StopReason } from "../stop-request.ts";
import { Questions } from "./questions.ts";
import { orderToWorker, type StartOrder, type WordOfWorker } from "./worker-messages.ts";

/** The process that started this worker. When it is gone, so is this one: node:cluster ends it. */
export interface Primary {
  /** What this worker is to be. */
  readonly started: Promise<StartOrder>;
  /** Resolves when this worker shall end. */
  readonly stopped: Promise<StopReason>;
  /** From now on it may ask for the metrics of this one. */
  tellReady(ownMetrics: () => Promise<string>): void;
  /** The metrics of all workers. */
  metrics(): Promise<readonly string[]>;
}

/** Listens to the process that started this one. Signals count too, as a terminal sends them to all; one that comes again changes nothing. */
export function openPrimary(): Primary {
  const started = Promise.withResolvers<StartOrder>();
  const stopped = Promise.withResolvers<StopReason>();
  const questions = new Questions<readonly string[]>();
  let ownMetrics: (() => Promise<string>) | undefined;

  process.on("message", (message: unknown) => {
    const order = orderToWorker.parse(message);
    switch (order.kind) {
      case "start":
        started.resolve(order);
        return;
      case "stop":
        stopped.resolve(order.reason);
        return;
      case "tell-metrics":
        void ownMetrics?.().then((text) => say({ kind: "own-metrics", question: order.question, text }));
        return;
      case "metrics":
        questions.answer(order.question, order.texts);
        return;
    }
  });
  void started.promise.then(({ config }) => {
    for (const signal of stopSignals(meaningOfHangUp(config))) process.on(signal, () => stopped.resolve(signal));
  });
  say({ kind: "listening-to-orders" });
  return {
    started: started.promise,
    stopped: stopped.promise,
    tellReady(own) {
      ownMetrics = own;
      say({ kind: "ready" });
    },
    metrics: () => questions.ask((question) => say({ kind: "ask-metrics", question })),
  };
}

function say(word: WordOfWorker): void {
  // whom it cannot be told to any more is gone, and this process ends with it
  process.send?.(word, undefined, undefined, () => undefined);
}
