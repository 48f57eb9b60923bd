import { GatewayError } from "@sallyport/shared/errors";
import { createScramClient, type ScramClientOptions } from "@sallyport/shared/scram/scram-client";
import { scramSha256 } from "@sallyport/shared/scram/scram-hash";
import type { Secret } from "@sallyport/shared/secret";
import type { Authentication } from "../messages/authentication.ts";
import { encodeSASLInitialResponse, encodeSASLResponse } from "../messages/sasl-response.ts";
import type { Login } from "./login.ts";

const PLAIN_MECHANISM = scramSha256.name;
const BOUND_MECHANISM = `${PLAIN_MECHANISM}-PLUS`;

/** Proves the password by SCRAM-SHA-256, bound to the TLS channel where the server offers it, and has the server prove that it knows it too. */
export async function proveToServer(
  { stream, protection }: Login,
  password: Secret<string>,
  mechanisms: readonly string[],
  next: () => Promise<Authentication>,
): Promise<void> {
  const channel = protection.kind === "tls" ? protection.channel : undefined;
  const binding: ScramClientOptions["binding"] =
    channel === undefined
      ? { kind: "impossible" }
      : mechanisms.includes(BOUND_MECHANISM)
        ? { kind: "bound", channel }
        : { kind: "not-offered" };
  const mechanism = binding.kind === "bound" ? BOUND_MECHANISM : PLAIN_MECHANISM;
  if (!mechanisms.includes(mechanism)) {
    throw new GatewayError(
      "server/login-failed",
      `the server offers only the SASL mechanisms ${JSON.stringify(mechanisms)}`,
    );
  }
  // The server knows the user from the startup message and ignores the one in here.
  const scram = createScramClient({ user: "", password, binding });
  await stream.write(encodeSASLInitialResponse({ mechanism, data: scram.first() }));
  const proof = await scram.final(expectData(await next(), "sasl-continue"));
  await stream.write(encodeSASLResponse(proof));
  scram.verify(expectData(await next(), "sasl-final"));
}

function expectData(message: Authentication, kind: "sasl-continue" | "sasl-final"): string {
  if (message.kind === kind && "data" in message) return message.data;
  throw new GatewayError("server/malformed", `the server sent ${message.kind} where ${kind} was due`);
}
