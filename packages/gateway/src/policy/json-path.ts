const step = /\.([^.[\]"'*\s]+)|\[\*\]/y;

/** What a path such as `$.contacts[*].mail` leads through: names of members, and `*` for every element; or what is wrong with it. */
export function readJsonPath(text: string): readonly string[] | { readonly problem: string } {
  if (!text.startsWith("$")) return { problem: "must begin with $, as in $.contacts[*].mail" };
  if (/\[\d+\]/.test(text)) return { problem: "must not name one element of a list; write [*] for all of them" };
  const path: string[] = [];
  let at = 1;
  while (at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null) return { problem: "must be a path of names and [*], as in $.contacts[*].mail" };
    path.push(found[1] ?? "*");
    at += found[0].length;
  }
  return path.length === 0 ? { problem: "must lead to a part of the value; leave `at` out for all of it" } : path;
}

/** Whether one of two paths leads through or to the other's end. */
export function pathsMeet(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).every((name, index) => name === "*" || b[index] === "*" || name === b[index]);
}
