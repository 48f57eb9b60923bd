/** Closes something within a bound, then ends the process. What hangs must not keep a stopped process alive. */
export async function closeAndExit(close: () => Promise<void>, withinMs = 15_000): Promise<never> {
  const limit = setTimeout(() => process.exit(1), withinMs);
  await close();
  clearTimeout(limit);
  process.exit(0);
}
