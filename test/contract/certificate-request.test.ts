import { createPrivateKey, createPublicKey } from "node:crypto";
import { makeKey, makeRequest } from "@sallyport/agent/enrolment/certificate-request";
import { readRequest } from "@sallyport/gateway/enrolment/x509/read-request";
import { expect, it } from "vitest";

it.each([["db-1"], ["a".repeat(63)], ["b".repeat(300)], [undefined]])(
  "the request that an agent writes is the one that a gateway reads, for %s",
  async (name) => {
    const key = await makeKey();
    const { commonName, keyInfo } = await readRequest(makeRequest(key, name));
    expect(commonName).toBe(name);
    expect(keyInfo).toEqual(createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" }));
  },
);
