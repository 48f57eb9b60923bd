import type { Socket } from "node:net";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { Tally } from "./tally.ts";
import { Traffic } from "./traffic.ts";

/** What is looked at when the metrics are read. */
export interface Observed {
  /** The agent groups of the tunnels that are online, one for each tunnel. */
  readonly tunnelGroups: () => readonly string[];
  readonly isStoreReachable: () => boolean;
  /** Of several processes that are read as one, which this is. */
  readonly worker?: number | undefined;
}

/** Counts what a gateway does. No label holds a name of a principal, or anything else that a client can choose. */
export interface GatewayMetrics {
  connected(protocol: string, socket: Socket): void;
  loggedIn(protocol: string, seconds: number): void;
  loginRefused(protocol: string, code: string): void;
  sessionOpened(protocol: string): void;
  sessionClosed(protocol: string): void;
  decided(protocol: string, verbs: readonly string[], decision: string): void;
  /** `route` is a pattern. */
  answered(method: string, route: string, status: number, seconds: number): void;
  eventsCounted(sink: string, result: "delivered" | "dropped", count: number): void;
  readonly contentType: string;
  /** In the text format of Prometheus. */
  read(): Promise<{ readonly text: string; readonly contentType: string }>;
}

const LOGIN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each gateway of a process has its own. */
export function createGatewayMetrics({ tunnelGroups, isStoreReachable, worker }: Observed): GatewayMetrics {
  const registry = new Registry();
  if (worker !== undefined) registry.setDefaultLabels({ worker: String(worker) });
  collectDefaultMetrics({ register: registry });
  const traffic = new Traffic();
  const sessions = new Map<string, number>();
  const registers = [registry];

  gauge(registry, "sallyport_sessions", "Sessions that are logged in", "protocol", () => sessions);
  gauge(registry, "sallyport_connections", "Connections of clients, logged in or not", "protocol", () =>
    mapValues(traffic.totals(), ({ connections }) => connections),
  );
  gauge(registry, "sallyport_tunnels", "Tunnels of agents to this replica", "group", () =>
    mapValues(
      Map.groupBy(tunnelGroups(), (group) => group),
      ({ length }) => length,
    ),
  );
  void new Gauge({
    name: "sallyport_store_reachable",
    help: "Whether the state store answers",
    registers,
    collect() {
      this.set(isStoreReachable() ? 1 : 0);
    },
  });
  void new Counter({
    name: "sallyport_client_bytes_total",
    help: "Bytes on clients' connections, seen from the gateway",
    labelNames: ["protocol", "direction"],
    registers,
    collect() {
      this.reset();
      for (const [protocol, bytes] of traffic.totals()) {
        this.inc({ protocol, direction: "in" }, bytes.in);
        this.inc({ protocol, direction: "out" }, bytes.out);
      }
    },
  });
  const logins = new Histogram({
    name: "sallyport_login_seconds",
    help: "Logins that were admitted, and how long they took",
    labelNames: ["protocol"],
    buckets: LOGIN_BUCKETS,
    registers,
  });
  const refusals = new Tally(registry, {
    name: "sallyport_login_refusals_total",
    help: "Logins that were refused, by error code",
    labels: ["protocol", "code"],
  });
  const statements = new Tally(registry, {
    name: "sallyport_statements_total",
    help: "Statements that were decided, once for each of their verbs",
    labels: ["protocol", "verb", "decision"],
  });
  const events = new Tally(registry, {
    name: "sallyport_events_total",
    help: "Events that were delivered to a sink, or dropped before it",
    labels: ["sink", "result"],
  });
  const requests = new Histogram({
    name: "sallyport_api_request_seconds",
    help: "Requests to the API, and how long their answers took",
    labelNames: ["method", "route", "status"],
    buckets: LOGIN_BUCKETS,
    registers,
  });

  const count = (protocol: string, by: number): void => {
    sessions.set(protocol, Math.max(0, (sessions.get(protocol) ?? 0) + by));
  };
  return {
    connected: (protocol, socket) => traffic.watch(protocol, socket),
    loggedIn: (protocol, seconds) => logins.observe({ protocol }, seconds),
    loginRefused: (protocol, code) => refusals.add([protocol, code]),
    sessionOpened: (protocol) => count(protocol, 1),
    sessionClosed: (protocol) => count(protocol, -1),
    decided: (protocol, verbs, decision) => {
      for (const verb of verbs) statements.add([protocol, verb, decision]);
    },
    answered: (method, route, status, seconds) => requests.observe({ method, route, status: String(status) }, seconds),
    eventsCounted: (sink, result, count) => events.add([sink, result], count),
    contentType: registry.contentType,
    read: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

/** A gauge with one label that is looked up when it is read. */
function gauge(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  look: () => ReadonlyMap<string, number>,
): void {
  void new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, number] of look()) this.set({ [label]: value }, number);
    },
  });
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): ReadonlyMap<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
