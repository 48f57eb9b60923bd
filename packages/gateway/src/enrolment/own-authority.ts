import { randomBytes, X509Certificate } from "node:crypto";
import { authoritySealName } from "../sealing/sealed-names.ts";
import type { Sealer } from "../sealing/sealer.ts";
import type { Actor } from "../store/doors/actor.ts";
import type { Authorities, AuthorityRow } from "../store/doors/authority.ts";
import { importAuthorityKey, makeAuthority } from "./x509/make-authority.ts";
import {
  signCertificate,
  type CertificateContent,
  type Issuer,
  type SignedCertificate,
} from "./x509/sign-certificate.ts";

const gatewayActor: Actor = { name: "gateway", kind: "gateway" };

/** The gateway's own authority, of which all its replicas have the key, sealed in the store. */
export interface OwnAuthority {
  /** PEM of the certificate that signs now. */
  readonly certificate: string;
  /** Its SHA-256, as lower-case hex. */
  readonly fingerprint: string;
  /** PEM of all that are still trusted, the newest first. */
  readonly trusted: string;
  sign(content: CertificateContent): Promise<SignedCertificate>;
  /** Looks whether another replica has made a newer one. True: something is different. */
  refresh(): Promise<boolean>;
  /** Makes a newer one that signs from now on; those before are trusted until they expire. */
  replace(actor: Actor): Promise<void>;
}

/** Opens the authority, or makes the first one; of several replicas that come at once one makes it. */
export async function openOwnAuthority(authorities: Authorities, sealer: Sealer): Promise<OwnAuthority> {
  await authorities.ensure(() => makeRow(sealer), gatewayActor);
  let state = await readState(authorities, sealer);
  return {
    get certificate() {
      return state.issuer.certificate;
    },
    get fingerprint() {
      return state.fingerprint;
    },
    get trusted() {
      return state.trusted;
    },
    sign: (content) => signCertificate(state.issuer, content),
    refresh: async () => {
      const before = state.trusted;
      state = await readState(authorities, sealer);
      return state.trusted !== before;
    },
    replace: async (actor) => {
      await authorities.add(await makeRow(sealer), actor);
      state = await readState(authorities, sealer);
    },
  };
}

interface AuthorityState {
  readonly issuer: Issuer;
  readonly fingerprint: string;
  readonly trusted: string;
}

async function readState(authorities: Authorities, sealer: Sealer): Promise<AuthorityState> {
  const rows = await authorities.list();
  const [newest] = rows;
  if (newest === undefined) throw new Error("the store has no authority, though one was made");
  const key = sealer.open(authoritySealName(newest.id), newest.sealedKey);
  const issuer = { certificate: newest.certificate, key: await importAuthorityKey(key) };
  key.fill(0);
  const now = Date.now();
  const trusted = rows.filter(({ certificate }) => new X509Certificate(certificate).validToDate.getTime() > now);
  return {
    issuer,
    fingerprint: new X509Certificate(newest.certificate).fingerprint256.replaceAll(":", "").toLowerCase(),
    trusted: trusted.map(({ certificate }) => certificate).join(""),
  };
}

async function makeRow(sealer: Sealer): Promise<Omit<AuthorityRow, "createdAt">> {
  const id = randomBytes(8).toString("hex");
  const { certificate, key } = await makeAuthority(`Sallyport authority ${id}`);
  const { sealed, keyId } = sealer.seal(authoritySealName(id), key);
  key.fill(0);
  return { id, certificate, sealedKey: sealed, keyId };
}
