import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";

/** What an agent is after it enrolled. One file, so that a key is never there without its certificate. */
const heldIdentity = z.object({
  agent: z.string(),
  group: z.string(),
  key: z.string(),
  certificate: z.string(),
  authorities: z.string(),
  tunnels: z.array(z.string()).min(1),
  lifetimeSeconds: z.number(),
  /** By this host's clock, whether or not that is right: lives are measured from here. */
  receivedAt: z.number(),
  /** SHA-256 of the token that it came by. */
  token: z.string(),
});

export type HeldIdentity = z.infer<typeof heldIdentity>;

/** An enrolment that was begun. Its key is kept before it is used, so that the same request can be made again. */
const begunEnrolment = z.object({ key: z.string(), name: z.string(), token: z.string() });

export type BegunEnrolment = z.infer<typeof begunEnrolment>;

const FOR_ANYONE_ELSE = 0o077;

/** Where an agent keeps its key and certificate: files that only it can read, each replaced as a whole. */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 }).catch((reason: unknown) => {
      throw unusable(this.path, reason instanceof Error ? reason.message : String(reason));
    });
  }

  /** Undefined where it has not enrolled yet. Throws `enrolment/state-unusable` for a file that cannot be read, or that others can. */
  identity(): Promise<HeldIdentity | undefined> {
    return this.#read("identity.json", heldIdentity);
  }

  begun(): Promise<BegunEnrolment | undefined> {
    return this.#read("enrolling.json", begunEnrolment);
  }

  async keepIdentity(identity: HeldIdentity): Promise<void> {
    await this.#write("identity.json", identity);
    await rm(join(this.path, "enrolling.json"), { force: true });
  }

  keepBegun(begun: BegunEnrolment): Promise<void> {
    return this.#write("enrolling.json", begun);
  }

  async #read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const path = join(this.path, name);
    const text = await readFile(path, "utf8").catch((reason: unknown) => {
      if (reason instanceof Error && "code" in reason && reason.code === "ENOENT") return undefined;
      throw unusable(path, reason instanceof Error ? reason.message : String(reason));
    });
    if (text === undefined) return undefined;
    const { mode } = await stat(path);
    if ((mode & FOR_ANYONE_ELSE) !== 0)
      throw unusable(path, `its mode ${(mode & 0o777).toString(8)} lets others use the key in it: chmod 600 ${path}`);
    const parsed = schema.safeParse(parseJson(text));
    // what is wrong with it is not told: it is full of secrets
    if (!parsed.success) throw unusable(path, "it is not what this agent wrote; enrol again in an empty folder");
    return parsed.data;
  }

  /** Another file first, on disk before its name changes: whatever ends the process in between, one of the two is whole. */
  async #write(name: string, content: object): Promise<void> {
    const path = join(this.path, name);
    const partial = `${path}.${randomBytes(4).toString("hex")}.partial`;
    try {
      await using file = await open(partial, "wx", 0o600);
      await file.writeFile(JSON.stringify(content));
      await file.sync();
      await rename(partial, path);
      await using folder = await open(this.path);
      await folder.sync();
    } catch (reason) {
      await rm(partial, { force: true });
      throw unusable(path, reason instanceof Error ? reason.message : String(reason));
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(path: string, why: string): GatewayError {
  return new GatewayError("enrolment/state-unusable", `${path}: ${why}`, { detail: `${path}: ${why}.` });
}
