/** What a gateway needs in order to take sessions; each says what is missing, or throws, or says nothing. */
type Check = () => string | undefined;

/** Whether the gateway can take new sessions now. */
export class Readiness {
  readonly #checks = new Map<string, Check>();

  /** Under a name that is shown beside what the check says. */
  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** One sentence for each thing that is missing; none: it is ready. */
  missing(): readonly string[] {
    return [...this.#checks].flatMap(([name, check]) => {
      try {
        const sentence = check();
        return sentence === undefined ? [] : [`${name}: ${sentence}`];
      } catch {
        // what exactly is wrong is for the log: anybody may ask here
        return [`${name}: not available`];
      }
    });
  }
}
