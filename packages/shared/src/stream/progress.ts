/** A promise that resolves at the next step forward; made only when somebody waits. */
export class Progress {
  #waiting: PromiseWithResolvers<void> | undefined;

  next(): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  made(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
