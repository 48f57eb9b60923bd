import { GatewayError } from "@sallyport/shared/errors";

/** Does the work, unless it takes too long or is called off first; then what it was waiting for is abandoned, and its result ignored. */
export async function withDeadline<T>(timeoutMs: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw calledOff(signal);
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => given.reject(calledOff(signal));
  const timer = setTimeout(
    () => given.reject(new GatewayError("login/timeout", `no login within ${timeoutMs} ms`)),
    timeoutMs,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(), given.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** The reason of whoever aborted; one that gives none is the gateway going down. */
export function calledOff(signal: AbortSignal): GatewayError {
  return GatewayError.from(signal.reason, "gateway/shutting-down");
}
