import { destination as openDestination, pino, stdTimeFunctions, type DestinationStream, type Level } from "pino";
import { printable } from "./printable.ts";

/** Everything a line of the log may say. What is not named here cannot be logged: the list is the protection, not the care taken at each call. */
export interface LogFields {
  readonly session?: string | undefined;
  readonly address?: string | undefined;
  /** The user name as the client claimed it, whether or not it was let in. */
  readonly user?: string | undefined;
  readonly principal?: string | undefined;
  readonly connection?: string | undefined;
  readonly database?: string | undefined;
  readonly credential?: "token" | "ticket" | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  /** Where an unexpected error came from: call sites only, never its text. */
  readonly stack?: string | undefined;
  readonly agent?: string | undefined;
  readonly group?: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly file?: string | undefined;
  readonly document?: string | undefined;
  readonly version?: string | undefined;
  /** A kind of place that events go to. */
  readonly sink?: string | undefined;
  readonly state?: string | undefined;
  readonly signal?: string | undefined;
  readonly pid?: number | undefined;
  /** Of several processes that share the ports, which one says it. */
  readonly worker?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly statements?: number | undefined;
  readonly sessions?: number | undefined;
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  readonly count?: number | undefined;
  /** A request to the API: its id, method, route (never the path, which holds names) and the answer's status. */
  readonly request?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
}

/** Where every part of the gateway says what happened. The event is in the past tense and constant, so that it can be searched for. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** What is kept of lines that cannot be written. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

/** How long each field may grow; the compiler holds the table complete. */
const maxLengths: Readonly<Record<keyof LogFields, number>> = {
  session: 64,
  address: 64,
  user: 128,
  principal: 128,
  connection: 128,
  database: 128,
  credential: 16,
  code: 64,
  reason: 1000,
  stack: 4000,
  agent: 128,
  group: 128,
  protocol: 32,
  host: 256,
  port: 16,
  file: 1024,
  document: 256,
  version: 128,
  sink: 16,
  state: 64,
  signal: 32,
  pid: 16,
  worker: 16,
  durationMs: 16,
  statements: 16,
  sessions: 16,
  rows: 16,
  bytes: 16,
  count: 16,
  request: 64,
  method: 16,
  route: 128,
  status: 16,
};
const allowed = Object.entries(maxLengths);

/** Only what is on the list, whatever an object held besides: a spread object passes the compiler with more than its type says. */
function pick(fields: LogFields): Record<string, string | number> {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(fields));
  const picked: Record<string, string | number> = {};
  for (const [name, maxLength] of allowed) {
    const value = given.get(name);
    if (typeof value === "number") picked[name] = value;
    if (typeof value === "string") picked[name] = printable(value, maxLength);
  }
  return picked;
}

/** Writes one JSON object a line to the destination, standard output when none is given. */
export function createLog(destination?: DestinationStream, level: Level = "info"): Log {
  const options = {
    level,
    messageKey: "event",
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const out = pino(options, destination ?? standardOutput());
  return {
    info: (event, fields = {}) => out.info(pick(fields), printable(event)),
    warn: (event, fields = {}) => out.warn(pick(fields), printable(event)),
    error: (event, fields = {}) => out.error(pick(fields), printable(event)),
  };
}

/** Survives a disk that is full: lines wait for room as far as there is memory for them, and are lost beyond that. */
function standardOutput(): DestinationStream {
  const out = openDestination({ dest: process.stdout.fd, sync: true, maxLength: MAX_UNWRITTEN_BYTES });
  // There is nowhere left to say it, and unheard it would end the process.
  out.on("error", () => undefined);
  return out;
}
