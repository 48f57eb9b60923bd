/** Questions to another process, and their answers as they come back. */
export class Questions<Answer> {
  readonly #open = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  /** `send` is given the number that the answer will bear. */
  ask(send: (question: number) => void): Promise<Answer> {
    this.#asked += 1;
    const question = this.#asked;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#open.set(question, resolve);
    send(question);
    return promise;
  }

  answer(question: number, answer: Answer): void {
    this.#open.get(question)?.(answer);
    this.#open.delete(question);
  }

  /** Those that are still open get this: who was asked is gone, or takes too long. */
  answerAll(answer: Answer): void {
    for (const question of this.#open.keys()) this.answer(question, answer);
  }
}
