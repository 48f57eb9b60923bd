/** What a sealed credential is bound to: its name and the connection it is for, so that neither can be changed in the database. */
export function credentialSealName({
  name,
  connection,
}: {
  readonly name: string;
  readonly connection?: string | undefined;
}): string {
  return `credential ${JSON.stringify([name, connection ?? null])}`;
}

/** What an authority's key is bound to. */
export function authoritySealName(id: string): string {
  return `authority ${id}`;
}
