import { gatewayConfig } from "@sallyport/gateway/config";
import { z } from "zod";
import { stopReasons } from "../stop-request.ts";

/** What a worker is told by the process that started it. Its secrets come this way: arguments and environments can be read by others. */
export const orderToWorker = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("start"),
    number: z.int(),
    config: gatewayConfig,
    databaseUrl: z.string(),
    /** In hexadecimal digits. */
    maskKey: z.string(),
    apiSocket: z.string().optional(),
    localAgent: z.object({ group: z.string(), allow: z.array(z.string()) }).optional(),
  }),
  z.object({ kind: z.literal("stop"), reason: z.enum(stopReasons) }),
  z.object({ kind: z.literal("tell-metrics"), question: z.int() }),
  z.object({ kind: z.literal("metrics"), question: z.int(), texts: z.array(z.string()) }),
]);

/** What a worker tells the process that started it. */
export const wordOfWorker = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("listening-to-orders") }),
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("own-metrics"), question: z.int(), text: z.string() }),
  z.object({ kind: z.literal("ask-metrics"), question: z.int() }),
]);

export type OrderToWorker = z.infer<typeof orderToWorker>;
export type StartOrder = Extract<OrderToWorker, { readonly kind: "start" }>;
export type WordOfWorker = z.infer<typeof wordOfWorker>;
