import { z } from "zod";

/** What of an event is said outside of its body too. */
const known = z.looseObject({
  class_uid: z.int(),
  class_name: z.string(),
  severity: z.string(),
  severity_id: z.int(),
  /** In milliseconds. */
  time: z.int(),
  metadata: z.looseObject({ uid: z.string() }),
});

/** OpenTelemetry's numbers for OCSF's Informational, Low, Medium and High: INFO, INFO2, WARN, ERROR. */
const severityNumbers: Readonly<Record<number, number>> = { 1: 9, 2: 10, 3: 13, 4: 17 };
const UNSPECIFIED = 0;

/** A value as OTLP writes it in JSON, where 64-bit integers are text. */
type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Readonly<Record<string, never>>;

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** The body of one request of OTLP's logs signal: each event, which is a line of JSON, becomes a record whose body is the event. */
export function otlpLogs(events: readonly string[], now: number): string {
  const logRecords = events.map((line) => recordOf(known.parse(JSON.parse(line)), now));
  const resource = { attributes: pairs({ "service.name": "sallyport" }) };
  return JSON.stringify({
    resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "sallyport.events" }, logRecords }] }],
  });
}

function recordOf(event: z.infer<typeof known>, now: number) {
  const { class_uid: classUid, class_name: className, severity, severity_id: severityId, time, metadata } = event;
  return {
    timeUnixNano: nanoseconds(time),
    observedTimeUnixNano: nanoseconds(now),
    severityNumber: severityNumbers[severityId] ?? UNSPECIFIED,
    severityText: severity,
    body: anyValue(event),
    // the first is OpenTelemetry's own name for what a repetition is known by
    attributes: pairs({ "log.record.uid": metadata.uid, "ocsf.class_uid": classUid, "ocsf.class_name": className }),
  };
}

/** As text: it is more than a number can hold. */
function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`;
}

function pairs(object: object): readonly KeyValue[] {
  return Object.entries(object).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): AnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { intValue: `${value}` } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === "object" && value !== null) return { kvlistValue: { values: pairs(value) } };
  return {};
}
