import { createHash, pbkdf2Sync, randomBytes } from "node:crypto";

/** Who may log in. */
export interface Account {
  readonly user: string;
  readonly password: string;
  /** `$external` for accounts that a certificate proves, whose name is its subject. */
  readonly database: string;
}

/** The two hashes that SCRAM is used with. */
export type ScramMechanism = "SCRAM-SHA-256" | "SCRAM-SHA-1";

/** What a server keeps of a password for SCRAM. */
export interface ScramCredential {
  readonly hash: "sha256" | "sha1";
  readonly salt: Buffer;
  readonly iterations: number;
  readonly salted: Buffer;
}

/** The accounts of a server, or of all members of a set. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #credentials = new Map<string, ScramCredential>();

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) this.put(account);
  }

  /** Without accounts nobody needs to log in. */
  get isEmpty(): boolean {
    return this.#accounts.size === 0;
  }

  get(database: string, user: string): Account | undefined {
    return this.#accounts.get(`${database}.${user}`);
  }

  put(account: Account): void {
    const key = `${account.database}.${account.user}`;
    this.#accounts.set(key, account);
    for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1"]) this.#credentials.delete(`${key} ${mechanism}`);
  }

  remove(database: string, user: string): boolean {
    return this.#accounts.delete(`${database}.${user}`);
  }

  inDatabase(database: string): readonly Account[] {
    return [...this.#accounts.values()].filter((account) => account.database === database);
  }

  /** Made at the first login, since it takes a while. */
  credential(database: string, user: string, mechanism: ScramMechanism): ScramCredential | undefined {
    const account = this.get(database, user);
    if (account === undefined) return undefined;
    const key = `${database}.${user} ${mechanism}`;
    const credential = this.#credentials.get(key) ?? makeCredential(account, mechanism);
    this.#credentials.set(key, credential);
    return credential;
  }
}

function makeCredential({ user, password }: Account, mechanism: ScramMechanism): ScramCredential {
  if (mechanism === "SCRAM-SHA-256") return saltedBy("sha256", password, 15_000, 28, 32);
  // older than SCRAM itself: the password is a hash with the name in it
  const hashed = createHash("md5").update(`${user}:mongo:${password}`).digest("hex");
  return saltedBy("sha1", hashed, 10_000, 16, 20);
}

function saltedBy(
  hash: ScramCredential["hash"],
  password: string,
  iterations: number,
  saltBytes: number,
  bytes: number,
): ScramCredential {
  const salt = randomBytes(saltBytes);
  return { hash, salt, iterations, salted: pbkdf2Sync(password, salt, iterations, bytes, hash) };
}
