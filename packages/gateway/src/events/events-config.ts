import { z } from "zod";
import { isTrustworthyUrl } from "../login/trustworthy-url.ts";
import { eventClassNames } from "./event-classes.ts";

const classes = z
  .array(z.enum(eventClassNames))
  .min(1)
  .optional()
  .describe("Only events of these classes; left out: all.");

const reference = z.string().regex(/^(env|file):\S/, "must be a reference to where it is: env:NAME or file:PATH");

const url = z
  .string()
  .refine((text) => /^(env|file):\S/.test(text) || isReceiverUrl(text), "must be an https URL, env:NAME or file:PATH");

const caFile = z.string().min(1).optional().describe("PEM file of the authority of the receiver's certificate.");

const queueEvents = z
  .int()
  .min(1)
  .max(1_000_000)
  .default(10_000)
  .describe("How many events wait for a receiver that does not answer; what comes beyond is dropped and counted.");

/** Where events go. */
export const eventsConfig = z.strictObject({
  to: z
    .array(
      z.discriminatedUnion("sink", [
        z.strictObject({ sink: z.literal("stdout").describe("One line of JSON an event, among the log's."), classes }),
        z.strictObject({
          sink: z.literal("file").describe("One line of JSON an event, appended to a file."),
          path: z.string().min(1).describe("The file; its folder is made. It may be moved away (rotated) at any time."),
          classes,
        }),
        z.strictObject({
          sink: z.literal("webhook").describe("JSON lists of events, sent to an HTTPS server."),
          url: url.describe("Where they are sent: an https URL, or `env:NAME` or `file:PATH` where one is."),
          secret: reference.describe("What they are signed with: `env:NAME` or `file:PATH`."),
          caFile,
          queueEvents,
          classes,
        }),
        z.strictObject({
          sink: z
            .literal("otlp")
            .describe("Log records, sent to an OpenTelemetry collector by OTLP over HTTP, in JSON."),
          url: url.describe(
            "The collector's whole address for logs, such as `https://collector.example.com:4318/v1/logs`, or `env:NAME` or `file:PATH` where one is.",
          ),
          authorization: reference
            .optional()
            .describe(
              "What the header `Authorization` holds, such as `Bearer …`: `env:NAME` or `file:PATH`. Left out: there is none.",
            ),
          caFile,
          queueEvents,
          classes,
        }),
      ]),
    )
    .default([])
    .describe("Where events go; each place gets all that its classes let through."),
});

export type EventsConfig = z.infer<typeof eventsConfig>;
export type SinkConfig = EventsConfig["to"][number];

/** Encrypted, or without leaving this host. */
export function isReceiverUrl(text: string): boolean {
  const parsed = URL.parse(text);
  return parsed !== null && isTrustworthyUrl(parsed) && parsed.username === "" && parsed.password === "";
}
