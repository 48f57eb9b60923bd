/** Writes moments as ISO 8601. Many events share a millisecond, and formatting one costs more than all else about a short record. */
export function createTimestamps(now: () => Date): () => string {
  let lastMs = Number.NaN;
  let last = "";
  return () => {
    const moment = now();
    if (moment.getTime() !== lastMs) {
      lastMs = moment.getTime();
      last = moment.toISOString();
    }
    return last;
  };
}
