/** Prints for programs or for people, as the command was asked to. */
export function print(options: { readonly json?: boolean | undefined }, value: unknown, forPeople: () => string): void {
  console.log(options.json === true ? JSON.stringify(value, null, 2) : forPeople());
}

/** A word beside the result, which must not end up in a pipe. */
export function note(line: string): void {
  console.error(line);
}
