import { createHash } from "node:crypto";
import type { Secret } from "@sallyport/shared/secret";

/** `"md5" + md5(md5(password + user) + salt)`, in hex. */
export function md5Answer(user: string, password: Secret<string>, salt: Buffer): string {
  const stored = md5(Buffer.from(password.reveal() + user, "utf8"));
  return `md5${md5(Buffer.concat([Buffer.from(stored, "latin1"), salt]))}`;
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
