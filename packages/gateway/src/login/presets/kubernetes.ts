import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import type { Preset } from "./preset.ts";
import { readClaims } from "./read-claims.ts";

const objectReference = z.looseObject({ name: z.string().min(1), uid: z.string().min(1) });

const tokenClaims = z.looseObject({
  sub: z.string(),
  "kubernetes.io": z.looseObject({
    namespace: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    serviceaccount: objectReference.extend({ name: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/) }),
    pod: objectReference.nullish(),
    node: z.looseObject({ name: z.string().min(1) }).nullish(),
  }),
});

// what the API server itself answers to in most clusters: a token for it lies in nearly every pod
const apiServers = /^(https:\/\/)?kubernetes(\.default(\.svc(\.cluster\.local)?)?)?$|^api$/;

/** Service accounts of one cluster, by the tokens that are projected into pods. Every cluster has its own issuer and keys. */
export const kubernetes: Preset = {
  issuer: undefined,
  // what the API server signs with follows from its key: RSA, or an elliptic curve
  algorithms: ["RS256", "ES256", "ES384", "ES512"],
  tenantClaims: ["kubernetes.io.namespace", "sub"],
  issuerFault: () => undefined,
  audienceFault: (audience) =>
    apiServers.test(audience)
      ? "is the API server's own, for which nearly every pod has a token; choose one of the gateway's own, such as sallyport"
      : undefined,
  subjectOf(claims) {
    const { sub, "kubernetes.io": place } = readClaims(tokenClaims, claims);
    const path = [place.namespace, place.serviceaccount.name];
    if (sub !== ["system:serviceaccount", ...path].join(":"))
      throw new GatewayError("login/failed", 'the token\'s "sub" is not the service account of "kubernetes.io"');
    return { path, onBehalfOf: undefined };
  },
};
