import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ScramCredential } from "./accounts.ts";

/** The server's part of one SCRAM login, after its first message. Written without any code of the product. */
export interface ScramExchange {
  readonly serverFirst: string;
  /** The last message, or undefined where the proof is wrong. */
  finish(clientFinal: string): string | undefined;
}

/** The name in a client's first message. */
export function scramUser(clientFirst: string): string {
  const name = /,n=([^,]*)/.exec(`,${clientFirst.replace(/^[ny],[^,]*,/, "")}`)?.[1] ?? "";
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

/** Begins a login of somebody whose credential is known. */
export function beginScram(clientFirst: string, credential: ScramCredential): ScramExchange {
  const { hash, salt, iterations, salted } = credential;
  const bare = clientFirst.replace(/^[ny],[^,]*,/, "");
  const nonce = (/r=([^,]*)/.exec(bare)?.[1] ?? "") + randomBytes(18).toString("base64");
  const serverFirst = `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  return {
    serverFirst,
    finish(clientFinal) {
      const proof = Buffer.from(/,p=(.*)$/.exec(clientFinal)?.[1] ?? "", "base64");
      const unproved = clientFinal.replace(/,p=.*$/, "");
      const message = `${bare},${serverFirst},${unproved}`;
      const clientKey = hmac(salted, "Client Key");
      const signature = hmac(createHash(hash).update(clientKey).digest(), message);
      const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      if (!unproved.includes(`r=${nonce}`) || proof.length !== expected.length || !timingSafeEqual(proof, expected)) {
        return undefined;
      }
      return `v=${hmac(hmac(salted, "Server Key"), message).toString("base64")}`;
    },
  };
}
