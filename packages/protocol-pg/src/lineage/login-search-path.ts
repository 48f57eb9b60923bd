/**
 * The schemas of a search path that a login asks for, as the server reads the setting; undefined where that depends on more than its text, as with
 * `"$user"`. Names without quotes are folded.
 */
export function readSearchPath(setting: string): readonly string[] | undefined {
  const schemas: string[] = [];
  for (const item of setting.split(",")) {
    const found = /^\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))\s*$/.exec(item);
    const quoted = found?.[1]?.replaceAll('""', '"');
    const name = quoted ?? found?.[2]?.toLowerCase();
    if (name === undefined || name === "$user" || name === "pg_temp") return undefined;
    schemas.push(name);
  }
  return schemas;
}
