import type { ServerReading } from "@sallyport/shared/adapter";
import { emptyPath, marksQuery, searchPathQuery } from "./catalog-queries.ts";
import { ServerQueries } from "./server-queries.ts";

const COLUMNS = 3;
const PATH_COLUMNS = 1;

/** What a database's objects are marked with: the same marks as before say that they, and where a session looks for them, are the same. */
export async function probeCatalog({ stream }: ServerReading): Promise<string> {
  const queries = new ServerQueries(stream);
  const marks: string[] = [];
  await queries.run("begin isolation level repeatable read read only");
  await queries.run(searchPathQuery, PATH_COLUMNS, (row) => marks.push(row.text()));
  await queries.run(emptyPath);
  await queries.run(marksQuery, COLUMNS, (row) => marks.push(row.text(), row.optionalText() ?? "", row.text()));
  await queries.run("commit");
  return JSON.stringify(marks);
}
