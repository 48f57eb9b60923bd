/**
 * How gateways and agents are run. What they relay lives in buffers outside the JavaScript heap, which the small objects
 * of a young generation keep alive. A small young generation is collected often and cheaply, and the buffers with it;
 * with the default size they pile up until the whole heap has to be marked, which cost half of the CPU time in bulk.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=4"];

/**
 * Buffers are freed by V8's own threads. With an arena for each, glibc kept hundreds of megabytes of a large result that
 * had long passed; with one, a standing reader of a gigabyte costs some fifty. Other systems' allocators ignore it.
 */
export const nodeEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: "1" };
