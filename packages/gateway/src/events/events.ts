import type { Log } from "../log.ts";
import type { GatewayMetrics } from "../metrics/gateway-metrics.ts";
import type { EventClassName } from "./event-classes.ts";
import { EventQueue } from "./event-queue.ts";
import type { EventsConfig } from "./events-config.ts";
import { ocsfEvent, type EventDraft } from "./ocsf-event.ts";
import { openSink } from "./open-sink.ts";

const CLOSE_WITHIN_MS = 3_000;

/** Where every part of the gateway tells what others shall know of. Takes no time and never fails. */
export interface Events extends AsyncDisposable {
  send(draft: EventDraft): void;
}

interface Outlet {
  readonly queue: EventQueue;
  readonly lets: (name: EventClassName) => boolean;
}

/** Opens what the configuration names. Where there is a file, SIGHUP makes it be opened anew. */
export async function openEvents(
  config: EventsConfig,
  { log, metrics }: { readonly log: Log; readonly metrics: Pick<GatewayMetrics, "eventsCounted"> },
): Promise<Events> {
  const outlets: Outlet[] = [];
  for (const to of config.to) {
    const sink = await openSink(to);
    const { classes } = to;
    outlets.push({
      queue: new EventQueue({
        sink,
        log,
        ...("queueEvents" in to ? { maxEvents: to.queueEvents } : {}),
        onCounted: (result, count) => metrics.eventsCounted(sink.kind, result, count),
      }),
      lets: (name) => classes === undefined || classes.includes(name),
    });
  }
  const reopen = (): void => {
    for (const { queue } of outlets) queue.reopen();
  };
  const hasFile = config.to.some(({ sink }) => sink === "file");
  if (hasFile) process.on("SIGHUP", reopen);
  return {
    send(draft) {
      const open = outlets.filter(({ lets }) => lets(draft.class));
      if (open.length === 0) return;
      const event = JSON.stringify(ocsfEvent(draft));
      for (const { queue } of open) queue.put(event);
    },
    async [Symbol.asyncDispose]() {
      process.off("SIGHUP", reopen);
      await Promise.all(outlets.map(({ queue }) => queue.close(CLOSE_WITHIN_MS)));
    },
  };
}
