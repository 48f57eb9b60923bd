/**
 * How gateways and agents are run.
 *
 * What they relay lives in buffers outside the JavaScript heap, which the small objects of a young generation keep alive. A
 * small young generation is collected often and cheaply, and the buffers with it; with the default size they pile up
 * until the whole heap has to be marked, which cost half of the CPU time in bulk.
 *
 * PostgreSQL's grammar is one huge function of WebAssembly. V8's optimizing compiler takes half a gigabyte for some
 * seconds to make it a tenth faster; its baseline compiler takes nothing worth mentioning.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=4", "--liftoff-only"];
