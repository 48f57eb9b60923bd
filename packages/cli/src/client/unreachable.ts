import { CommandFailure, systemErrorCode } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { describeTarget, type Target } from "./target.ts";

const untrusted = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** Why a gateway gave no answer, and what to do. */
export function unreachable(reason: unknown, target: Target): CommandFailure {
  if (reason instanceof CommandFailure) return reason;
  const code = systemErrorCode(reason) ?? "";
  const where = describeTarget(target);
  const because = reason instanceof Error ? reason.message : String(reason);
  const fail = (message: string, nextStep: string): CommandFailure =>
    new CommandFailure(message, nextStep, reason, exitCodes.unreachable);
  if (target.kind === "socket") {
    if (code === "EACCES" || code === "EPERM")
      return new CommandFailure(
        `You may not open ${where}: only the gateway's own user may.`,
        "Run the command as that user, or log in: sallyport login --gateway URL",
        reason,
        exitCodes.refused,
      );
    return fail(
      `No gateway answers at ${where}: ${because}.`,
      "Start the gateway, or name the socket in its state folder with --gateway unix:PATH.",
    );
  }
  const { hostname, port } = target.url;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return fail(`The name ${hostname} has no address here.`, "Check the gateway's name, and this host's DNS or VPN.");
  if (untrusted.has(code))
    return fail(
      `The certificate of ${where} is signed by an authority that is not known here.`,
      "Give the authority's certificate with --ca FILE (once, with sallyport login), or check that nobody is in the middle.",
    );
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return fail(
      `The certificate of ${where} is not for the name ${hostname}.`,
      "Use a name that is in the certificate, or have the gateway's certificate made for this one.",
    );
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return fail(
      `The certificate of ${where} is not valid now.`,
      "Check this host's clock; otherwise the gateway's operator has to renew the certificate.",
    );
  if (code === "ECONNREFUSED")
    return fail(
      `Nothing listens at ${hostname} on port ${port === "" ? "443" : port}.`,
      "Check the port (the gateway's `api.port`), and that the gateway runs.",
    );
  if (code === "ECONNRESET" || code.startsWith("HPE_"))
    return fail(
      `What answers at ${where} is not the gateway's API: ${because}.`,
      "Check the port: it must be the gateway's `api.port`, not one for clients of databases.",
    );
  return fail(
    `The gateway at ${where} cannot be reached: ${because}.`,
    "Check the address, the network and any firewall between; sallyport doctor looks at each step.",
  );
}
