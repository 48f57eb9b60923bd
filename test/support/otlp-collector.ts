import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { z } from "zod";

const request = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.object({
              attributes: z.array(
                z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** One request as it came in. */
export interface ReceivedLogs {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What each record is known by again. */
  readonly uids: readonly (string | undefined)[];
}

/** A server that takes logs as an OpenTelemetry collector does, and answers as it is told to. */
export interface OtlpCollector extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedLogs[];
  answer: (index: number) => { readonly status: number; readonly body?: string };
}

export async function startOtlpCollector(tls: {
  readonly certificate: string;
  readonly key: string;
}): Promise<OtlpCollector> {
  const requests: ReceivedLogs[] = [];
  const server = createServer({ cert: tls.certificate, key: tls.key }, (asked, response) => {
    void (async () => {
      const body = await text(asked);
      const { resourceLogs } = request.parse(JSON.parse(body));
      const records = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
      const uids = records.map(
        ({ attributes }) => attributes.find(({ key }) => key === "log.record.uid")?.value.stringValue,
      );
      requests.push({ path: asked.url, headers: asked.headers, body, uids });
      const { status, body: told = "{}" } = collector.answer(requests.length - 1);
      response.writeHead(status, { "content-type": "application/json" }).end(told);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the collector has no port");
  const collector: OtlpCollector = {
    url: `https://localhost:${address.port}/v1/logs`,
    requests,
    answer: () => ({ status: 200 }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}
