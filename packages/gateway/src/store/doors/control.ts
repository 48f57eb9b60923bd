/** What one replica tells the others. It reaches those that are there now, within a second, and is kept nowhere. */
export interface Control {
  /** At most 7 kB as JSON. Throws `store/unavailable`. Also reaches the one that sends it. */
  send(message: Readonly<Record<string, unknown>>): Promise<void>;
  /** Returns how to stop. What the listener throws is logged. A message is not to be trusted more than the database is. */
  onMessage(listener: (message: Readonly<Record<string, unknown>>) => void): () => void;
}
