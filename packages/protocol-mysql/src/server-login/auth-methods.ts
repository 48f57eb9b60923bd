import { GatewayError } from "@sallyport/shared/errors";
import { FAST_AUTH_SUCCESS, PERFORM_FULL_AUTHENTICATION } from "../messages/auth-more-data.ts";
import { authPlugin } from "../messages/auth-plugins.ts";
import { ed25519Proof } from "./ed25519-proof.ts";
import { encryptPassword } from "./encrypt-password.ts";
import type { Login } from "./login.ts";
import { nativeProof } from "./native-proof.ts";
import { sha2Proof } from "./sha2-proof.ts";

const SHA256_KEY_REQUEST = 1;
const CACHING_SHA2_KEY_REQUEST = 2;

/** How one plugin proves the password. Both throw where that would give it away. */
export interface AuthMethod {
  answer(login: Login, nonce: Buffer): Buffer;
  /** Answers what the server says beyond that; undefined: nothing is to be said. */
  more(login: Login, nonce: Buffer, data: Buffer): Buffer | undefined;
}

/** The plugins that are spoken, by the name that servers call them. */
const methods: Readonly<Record<string, AuthMethod>> = {
  [authPlugin.NATIVE]: { answer: (login, nonce) => nativeProof(passwordOf(login), nonce), more: nothingMore },
  [authPlugin.ED25519]: { answer: (login, nonce) => ed25519Proof(passwordOf(login), nonce), more: nothingMore },
  [authPlugin.CLEAR]: { answer: clearOverVerifiedTls, more: nothingMore },
  [authPlugin.CACHING_SHA2]: { answer: (login, nonce) => sha2Proof(passwordOf(login), nonce), more: moreOfCachingSha2 },
  [authPlugin.SHA256]: { answer: answerToSha256, more: sendEncrypted },
};

/** Undefined for a plugin that is not spoken here. */
export function authMethod(plugin: string): AuthMethod | undefined {
  return Object.hasOwn(methods, plugin) ? methods[plugin] : undefined;
}

function clearOverVerifiedTls(login: Login): Buffer {
  if (login.protection.kind === "tls" && login.protection.verified) return inClear(login);
  throw new GatewayError(
    "server/login-failed",
    "the server asks for the password in clear, which it gets only over verified TLS",
  );
}

/** Where the server does not have the password's hash at hand it wants the password itself: inside TLS as it is, else under its key. */
function moreOfCachingSha2(login: Login, nonce: Buffer, data: Buffer): Buffer | undefined {
  if (data.length !== 1) return sendEncrypted(login, nonce, data);
  switch (data[0]) {
    case FAST_AUTH_SUCCESS:
      return undefined;
    case PERFORM_FULL_AUTHENTICATION:
      return login.protection.kind === "tls" ? inClear(login) : Buffer.from([CACHING_SHA2_KEY_REQUEST]);
    default:
      throw unexpected("a step that caching_sha2_password does not have");
  }
}

function answerToSha256(login: Login): Buffer {
  return login.protection.kind === "tls" ? inClear(login) : Buffer.from([SHA256_KEY_REQUEST]);
}

/** Under TLS no key was asked for. */
function sendEncrypted(login: Login, nonce: Buffer, pem: Buffer): Buffer {
  if (login.protection.kind === "tls") throw unexpected("a public key that was not asked for");
  return encryptPassword(passwordOf(login), nonce, pem);
}

/** Inside TLS, verified or not as the operator chose for the connection: what is not verified keeps nobody out who stands in between. */
function inClear(login: Login): Buffer {
  return Buffer.from(`${passwordOf(login)}\0`, "utf8");
}

function nothingMore(): never {
  throw unexpected("more data, where its authentication has none");
}

function passwordOf({ password }: Login): string {
  return password?.reveal() ?? "";
}

function unexpected(what: string): GatewayError {
  return new GatewayError("server/malformed", `the server sent ${what}`);
}
