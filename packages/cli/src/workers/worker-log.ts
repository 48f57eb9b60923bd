import type { Log } from "@sallyport/gateway/log";

/** A log whose lines say which worker they are of. */
export function workerLog(log: Log, worker: number): Log {
  return {
    info: (event, fields) => log.info(event, { ...fields, worker }),
    warn: (event, fields) => log.warn(event, { ...fields, worker }),
    error: (event, fields) => log.error(event, { ...fields, worker }),
  };
}
