/** The names under which a server's facts travel from agent to gateway; all values are texts. */
export const fact = {
  /** One of `topologies`. */
  topology: "topology",
  /** What the server said of itself, under its own names. */
  minWireVersion: "minWireVersion",
  maxWireVersion: "maxWireVersion",
  maxBsonObjectSize: "maxBsonObjectSize",
  maxMessageSizeBytes: "maxMessageSizeBytes",
  maxWriteBatchSize: "maxWriteBatchSize",
  /** Left out where the server has no sessions. */
  logicalSessionTimeoutMinutes: "logicalSessionTimeoutMinutes",
  connectionId: "connectionId",
} as const satisfies Readonly<Record<string, string>>;

/** What a server is a part of, which decides what drivers may ask of it. */
export const topologies = ["standalone", "replica-set", "mongos"] as const;

/** See `topologies`. */
export type Topology = (typeof topologies)[number];

/** What a client's login says of itself, for the record and for the server's own views; all values are texts. */
export const loginSetting = {
  application: "application",
  driver: "driver",
  platform: "platform",
  os: "os",
} as const satisfies Readonly<Record<string, string>>;

const NUMBER = /^\d{1,10}$/;

/** A number among texts that another process wrote; undefined where there is none. */
export function numberIn(texts: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = texts[name] ?? "";
  return NUMBER.test(text) ? Number(text) : undefined;
}
