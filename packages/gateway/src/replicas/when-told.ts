import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";

/** Resolves when each of these replicas has said which groups it has agents of, or when there is no more time: one that is gone may still be expected. */
export function whenTold(
  replicas: readonly string[],
  tunnels: Pick<TunnelRegistry, "replicas" | "onChange">,
  withinMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    const told = new Set(tunnels.replicas.filter(({ hasTold }) => hasTold).map(({ agent }) => agent));
    if (replicas.every((id) => told.has(id))) resolve();
  };
  const stop = tunnels.onChange(look);
  const late = setTimeout(resolve, withinMs);
  look();
  return promise.finally(() => {
    stop();
    clearTimeout(late);
  });
}
