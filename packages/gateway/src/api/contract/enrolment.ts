import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";
import { pageOf } from "./page.ts";
import { moment } from "./time.ts";

const HOUR_S = 3600;
const WEEK_S = 7 * 24 * HOUR_S;

/** A one-time token by which one agent enrols. Its secret is in no list. */
export const enrolmentToken = z.object({
  id: z.string(),
  group: z.string(),
  createdBy: z.string(),
  createdAt: moment,
  expires: moment,
  usedAt: moment.optional(),
  /** The agent that came in by it. */
  usedBy: z.string().optional(),
});

export const enrolmentTokenPage = pageOf(enrolmentToken);

export const enrolmentTokenRequest = z.strictObject({
  group: documentName,
  lifetimeSeconds: z.int().min(60).max(WEEK_S).default(HOUR_S),
});

/** `token` is in this answer and nowhere else: a repeated request with the same Idempotency-Key is answered without it. */
export const enrolmentTokenAnswer = z.object({
  id: z.string(),
  group: z.string(),
  expires: moment,
  token: z.string().optional(),
});

/** What an agent sends, with its token's secret as the bearer. */
export const enrolRequest = z.strictObject({
  /** PEM of a PKCS #10 request. */
  csr: z.string().min(1).max(16_384),
});

export const enrolAnswer = z.object({
  agent: z.string(),
  group: z.string(),
  /** PEM. */
  certificate: z.string(),
  /** PEM of all whom the agent shall trust to be its gateway. */
  authorities: z.string(),
  /** Where it dials in, as HOST:PORT. */
  tunnels: z.array(z.string()),
  lifetimeSeconds: z.number(),
});
