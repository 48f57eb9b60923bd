import type { ByteStream } from "@sallyport/shared/stream/byte-stream";

/** Waits until a stream is closed, at most so long. */
export async function closedWithin({ closed }: ByteStream, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.resolve(), ms);
  await Promise.race([closed, late.promise]);
  clearTimeout(timer);
}
