import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** Events as they arrive, in whatever place. */
export const receivedEvents = z.array(
  z.looseObject({ class_uid: z.number(), metadata: z.looseObject({ uid: z.string() }) }),
);

export type ReceivedEvent = z.infer<typeof receivedEvents>[number];

/** One request as it came in. */
export interface ReceivedDelivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly ReceivedEvent[];
  /** Whether it was answered with 200. */
  readonly isTaken: boolean;
}

/** What the receiver answers; resolving late makes it slow. */
export type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A real HTTPS server that takes events. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly deliveries: readonly ReceivedDelivery[];
  /** Of deliveries that were taken, in their order. */
  readonly events: readonly ReceivedEvent[];
  /** How many requests were under way at the same time, at the most. */
  readonly mostAtOnce: number;
  answer: (index: number) => Answer | Promise<Answer>;
}

export async function startWebhookReceiver(tls: {
  readonly certificate: string;
  readonly key: string;
}): Promise<WebhookReceiver> {
  const deliveries: ReceivedDelivery[] = [];
  let came = 0;
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer({ cert: tls.certificate, key: tls.key }, (request, response) => {
    const index = came++;
    mostAtOnce = Math.max(mostAtOnce, ++open);
    response.once("close", () => open--);
    void (async () => {
      const body = await text(request);
      const { status, headers } = await receiver.answer(index);
      const received = receivedEvents.parse(JSON.parse(body));
      deliveries.push({ headers: request.headers, body, events: received, isTaken: status === 200 });
      response.writeHead(status, headers).end("thanks");
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = addressOf(server.address());
  const receiver: WebhookReceiver = {
    url: `https://localhost:${port}/events`,
    deliveries,
    get events() {
      return deliveries.filter(({ isTaken }) => isTaken).flatMap((delivery) => delivery.events);
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    answer: () => ({ status: 200 }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** As docs/events.md tells receivers to check it. */
export function isSigned({ headers, body }: ReceivedDelivery, secret: string): boolean {
  const [, seconds = "", signature = ""] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["sallyport-signature"])) ?? [];
  const expected = createHmac("sha256", secret).update(`${seconds}.${body}`).digest();
  const given = Buffer.from(signature, "hex");
  const isFresh = Math.abs(Date.now() / 1_000 - Number(seconds)) < 300;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return address;
}
