type Metadata = Map<unknown, unknown>;

/**
 * `@peculiar/x509` injects its parts with tsyringe, which refuses to load without the Reflect metadata API. No class of it
 * is decorated with types, so keeping what was defined is all that is asked; the whole polyfill would be a dependency for that.
 */
export function provideReflectMetadata(): void {
  if ("getMetadata" in Reflect) return;
  const known = new WeakMap<object, Metadata>();
  const getMetadata = (key: unknown, target: object): unknown => known.get(target)?.get(key);
  const defineMetadata = (key: unknown, value: unknown, target: object): void => {
    const metadata = known.get(target) ?? new Map<unknown, unknown>();
    known.set(target, metadata.set(key, value));
  };
  Object.assign(Reflect, { getMetadata, getOwnMetadata: getMetadata, defineMetadata });
}
