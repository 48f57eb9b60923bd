import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { decodeEnrolmentToken, type EnrolmentToken } from "@sallyport/shared/enrolment/enrolment-token";
import { GatewayError, isErrorCode } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { z } from "zod";
import { makeKey, makeRequest } from "./certificate-request.ts";
import { holdGrant } from "./hold-grant.ts";
import { askPinnedGateway } from "./pinned-gateway.ts";
import type { BegunEnrolment, HeldIdentity, StateFolder } from "./state-folder.ts";

const grantAnswer = z.object({
  agent: z.string(),
  group: z.string(),
  certificate: z.string(),
  authorities: z.string(),
  tunnels: z.array(z.string()).min(1),
  lifetimeSeconds: z.number(),
});

const problemAnswer = z.object({ code: z.string(), detail: z.string().optional() });

/** What a token is remembered by: one that was used is known again, and opens nothing. */
export function tokenDigest(token: Secret<string>): string {
  return createHash("sha256").update(token.reveal().trim()).digest("hex");
}

/**
 * Enrols by a token and keeps what comes of it. Whatever ends the process in between, coming again with the same token and folder
 * leads to the same agent. Throws what the gateway says, `enrolment/wrong-gateway` or `enrolment/gateway-unreachable`.
 */
export async function enrol(
  folder: StateFolder,
  token: Secret<string>,
  wantedName: string | undefined,
): Promise<HeldIdentity> {
  const decoded = decodeEnrolmentToken(token);
  const begun = await begin(folder, tokenDigest(token), wantedName);
  const grant = await ask(decoded, makeRequest(begun.key, begun.name));
  const held = holdGrant(grant, begun.key, begun.token);
  await folder.keepIdentity(held);
  return held;
}

async function begin(folder: StateFolder, token: string, wantedName: string | undefined): Promise<BegunEnrolment> {
  const before = await folder.begun();
  if (before?.token === token && (wantedName === undefined || wantedName === before.name)) return before;
  const begun = { key: await makeKey(), name: wantedName ?? ownName(), token };
  await folder.keepBegun(begun);
  return begun;
}

/** After the host, and unlike any other: two hosts may have the same name. */
function ownName(): string {
  const host = hostname().toLowerCase().split(".")[0] ?? "";
  const plain = host.replaceAll(/[^a-z0-9-]/g, "-").replace(/^-+/, "");
  return `${plain === "" ? "agent" : plain.slice(0, 48)}-${randomBytes(3).toString("hex")}`;
}

async function ask({ url, fingerprint, secret }: EnrolmentToken, csr: string): Promise<CertificateGrant> {
  const { status, body } = await askPinnedGateway(url, fingerprint, {
    path: "/v1/agents/enrol",
    headers: { authorization: `Bearer ${secret.reveal()}`, "content-type": "application/json" },
    body: JSON.stringify({ csr }),
  });
  const answer = parseJson(body);
  const grant = grantAnswer.safeParse(answer);
  if (status >= 200 && status < 300 && grant.success) return grant.data;
  const problem = problemAnswer.safeParse(answer);
  if (problem.success && isErrorCode(problem.data.code)) {
    const { code, detail } = problem.data;
    throw new GatewayError(code, `the gateway refused: ${detail ?? `status ${status}`}`, { detail });
  }
  const why = `${url} answered with status ${status} and nothing that an agent understands`;
  throw new GatewayError("enrolment/gateway-unreachable", why, { detail: `${why}.` });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
