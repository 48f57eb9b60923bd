import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { GatewayError, isErrorCode, type ErrorCode } from "../errors.ts";
import { FailureSchema, type Failure } from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";

/** An error as it travels to the other end: everything but its cause, which stays in the log where it happened. */
export function failureOf(error: GatewayError): Failure {
  const init: MessageInitShape<typeof FailureSchema> = {
    code: error.code,
    message: plainMessage(error),
    hint: error.hint,
  };
  if (error.detail !== undefined) init.detail = error.detail;
  return create(FailureSchema, init);
}

/** The error that the other end sent. A code that this version does not know becomes `fallback`. */
export function errorOf(failure: Failure | undefined, fallback: ErrorCode = "internal/unexpected"): GatewayError {
  if (failure === undefined) return new GatewayError(fallback, "the other end gave no reason");
  const known = isErrorCode(failure.code);
  const code = isErrorCode(failure.code) ? failure.code : fallback;
  const message = known ? failure.message : `${failure.code}: ${failure.message}`;
  return new GatewayError(code, message, { detail: failure.detail, hint: known ? failure.hint : undefined });
}

/** The constructor puts the code in front of a message; at the other end it does so again. */
function plainMessage(error: GatewayError): string {
  const prefix = `[${error.code}] `;
  return error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
}
