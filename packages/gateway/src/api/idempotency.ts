import { GatewayError } from "@sallyport/shared/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { IdempotencyKeys } from "../store/doors/idempotency-keys.ts";
import { callerKey, callerOf } from "./caller.ts";
import { bodyDigest } from "./json-body.ts";

/** The header by which a request may be sent again without being carried out again. */
export const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 printable ASCII characters")
    .optional(),
});

/** What a request comes to: the answer, and what is kept of it for those who ask again. Secrets are given once and not kept. */
export interface Outcome<Answer> {
  readonly status: number;
  readonly answer: Answer;
  readonly kept?: Answer;
}

/**
 * Carries a request out, or gives the answer of the one that came with its key before. What fails has changed nothing, so it
 * may be tried again with the same key.
 */
export async function carryOutOnce<Answer>(
  request: FastifyRequest,
  reply: FastifyReply,
  keys: IdempotencyKeys,
  answer: { readonly schema: z.ZodType<Answer>; readonly carryOut: () => Promise<Outcome<Answer>> },
): Promise<Answer> {
  const key = idempotencyHeader.parse(request.headers)["idempotency-key"];
  if (key === undefined) return answered(reply, await answer.carryOut());
  const owner = callerKey(callerOf(request));
  const begun = await keys.begin(owner, key, `${request.method} ${request.url} ${bodyDigest(request)}`);
  switch (begun.kind) {
    case "mismatch":
      throw new GatewayError("api/key-reused", "an Idempotency-Key came with another request");
    case "running":
      void reply.header("retry-after", "1");
      throw new GatewayError("api/key-running", "an Idempotency-Key came twice at once");
    case "answered":
      void reply.header("idempotency-replayed", "true");
      return answered(reply, { status: begun.status, answer: answer.schema.parse(begun.answer) });
    case "new":
  }
  const outcome = await answer.carryOut().catch(async (error: unknown) => {
    // while the store is away the key stays, and is given up by its own time
    await keys.drop(owner, key).catch(() => undefined);
    throw error;
  });
  // it was carried out: that its answer cannot be kept does not undo it
  await keys.finish(owner, key, outcome.status, outcome.kept ?? outcome.answer).catch(() => undefined);
  return answered(reply, outcome);
}

function answered<Answer>(reply: FastifyReply, { status, answer }: Outcome<Answer>): Answer {
  void reply.code(status);
  return answer;
}
