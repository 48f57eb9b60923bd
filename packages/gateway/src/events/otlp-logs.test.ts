import { describe, expect, it } from "vitest";
import { ocsfEvent } from "./ocsf-event.ts";
import { otlpLogs } from "./otlp-logs.ts";

const event = ocsfEvent({
  class: "authentication",
  activity: { id: 1, name: "Logon" },
  severity: "Medium",
  status: "Failure",
  attributes: { user: { name: "bob", groups: ["a", "b"], admin: false }, ratio: 0.5, nothing: null },
});

describe("otlpLogs", () => {
  it("makes a record of each event, with the event as its body", () => {
    const { time, metadata } = event;
    const written: unknown = JSON.parse(otlpLogs([JSON.stringify(event)], 1_700_000_000_123));
    expect(written).toMatchObject({
      resourceLogs: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "sallyport" } }] },
          scopeLogs: [
            {
              scope: { name: "sallyport.events" },
              logRecords: [
                {
                  timeUnixNano: `${String(time)}000000`,
                  observedTimeUnixNano: "1700000000123000000",
                  severityNumber: 13,
                  severityText: "Medium",
                  attributes: [
                    { key: "log.record.uid", value: { stringValue: metadata.uid } },
                    { key: "ocsf.class_uid", value: { intValue: "3002" } },
                    { key: "ocsf.class_name", value: { stringValue: "Authentication" } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it("writes every kind of value as OTLP does", () => {
    const text = otlpLogs([JSON.stringify(event)], 0);
    for (const pair of [
      { key: "name", value: { stringValue: "bob" } },
      { key: "groups", value: { arrayValue: { values: [{ stringValue: "a" }, { stringValue: "b" }] } } },
      { key: "admin", value: { boolValue: false } },
      { key: "ratio", value: { doubleValue: 0.5 } },
      { key: "nothing", value: {} },
      { key: "class_uid", value: { intValue: "3002" } },
    ])
      expect(text).toContain(JSON.stringify(pair));
  });
});
