import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import type { Parameter } from "@sallyport/shared/statement";
import type { RecordedParameter } from "./recorded-event.ts";

/** A longer value is kept as its beginning and a hash, which still proves what it was. */
const MAX_BYTES = 64 * 1024;

/** A bound value in the form a recording keeps. */
export function recordParameter({ format, value }: Parameter): RecordedParameter {
  if (value === undefined) return null;
  if (value.length > MAX_BYTES) {
    return {
      cut: value.toString("base64", 0, MAX_BYTES),
      bytes: value.length,
      sha256: createHash("sha256").update(value).digest("hex"),
    };
  }
  return format === "text" && isUtf8(value) ? value.toString("utf8") : { base64: value.toString("base64") };
}
