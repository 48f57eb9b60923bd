import { z } from "zod";
import type { FastifySchemaCompiler } from "fastify";
import { describeIssues } from "../store/describe-issue.ts";
import type { Fault } from "./contract/problem.ts";

const places: Readonly<Record<string, Fault["in"]>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

/** What is wrong with a request, for whoever sent it. */
export class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super("the request is not valid");
    this.faults = faults;
  }
}

/** Checks the parts of requests by their zod schemas, and says in sentences what is wrong where. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = "" }) => {
  const place = places[httpPart] ?? "body";
  return (data) => {
    const checked = schema.safeParse(data);
    if (checked.success) return { value: checked.data };
    const complaints = describeIssues(schema, data, checked.error.issues);
    return {
      error: new InvalidRequest(
        complaints.map(({ path, sentence }) => ({ in: place, field: z.core.toDotPath(path), message: sentence })),
      ),
    };
  };
};
