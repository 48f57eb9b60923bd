/**
 * How gateways and agents are run. What they relay lives in buffers outside the JavaScript heap, which the small objects
 * of a young generation keep alive. A small young generation is collected often and cheaply, and the buffers with it;
 * with the default size they pile up until the whole heap has to be marked, which cost half of the CPU time in bulk.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=4"];
