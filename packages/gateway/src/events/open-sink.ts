import { GatewayError } from "@sallyport/shared/errors";
import { readSmallFile } from "@sallyport/shared/files/read-small-file";
import { readReference } from "@sallyport/shared/references/read-reference";
import { Secret } from "@sallyport/shared/secret";
import type { EventSink } from "./event-sink.ts";
import { isReceiverUrl, type SinkConfig } from "./events-config.ts";
import { createFileSink } from "./file-sink.ts";
import { createOtlpSink } from "./otlp-sink.ts";
import { createStdoutSink } from "./stdout-sink.ts";
import { createWebhookSink } from "./webhook-sink.ts";

type WebhookConfig = Extract<SinkConfig, { readonly sink: "webhook" }>;
type OtlpConfig = Extract<SinkConfig, { readonly sink: "otlp" }>;

/** The sink that a part of the configuration describes. Rejects where its secret or address cannot be read: a gateway that was told to report does not start mute. */
export async function openSink(config: SinkConfig): Promise<EventSink> {
  switch (config.sink) {
    case "stdout":
      return createStdoutSink();
    case "file":
      return createFileSink(config.path);
    case "webhook":
      return openWebhook(config);
    case "otlp":
      return openOtlp(config);
  }
}

async function openWebhook({ url, secret, caFile }: WebhookConfig): Promise<EventSink> {
  const receiver = await receiverOf(url, caFile);
  await read(secret);
  return createWebhookSink({ ...receiver, readSecret: () => read(secret) });
}

async function openOtlp({ url, authorization, caFile }: OtlpConfig): Promise<EventSink> {
  const receiver = await receiverOf(url, caFile);
  if (authorization === undefined) return createOtlpSink(receiver);
  await read(authorization);
  return createOtlpSink({ ...receiver, readAuthorization: () => read(authorization) });
}

async function receiverOf(url: string, caFile: string | undefined) {
  const address = isReceiverUrl(url) ? new Secret(url) : await read(url);
  // it may be in there that a secret is, so it is not quoted
  if (!isReceiverUrl(address.reveal())) throw unusable(`what ${url} gives is no https URL`);
  return { url: address, ca: caFile === undefined ? undefined : await explained(caFile, readSmallFile(caFile)) };
}

function read(reference: string): Promise<Secret<string>> {
  return explained(reference, readReference(reference));
}

async function explained<T>(from: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (reason) {
    throw unusable(`${from}: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

function unusable(why: string): GatewayError {
  return new GatewayError("internal/unexpected", `events cannot be sent as configured: ${why}`);
}
