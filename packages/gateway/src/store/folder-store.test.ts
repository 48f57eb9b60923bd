import {
  appendFile,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Log, LogFields } from "../log.ts";
import { openFolderStore } from "./folder-store.ts";
import type { Store, StoreSnapshot } from "./store.ts";

let home: string;
let folder: string;
let store: Store;
let logged: (LogFields & { readonly event: string })[];

const note = (event: string, fields: LogFields = {}): void => void logged.push({ event, ...fields });
const log: Log = { info: note, warn: note, error: note };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "sallyport-store-"));
  folder = join(home, "documents");
  await mkdir(folder);
  logged = [];
  await put("first.yaml", policy("first"));
  store = await openFolderStore(folder, { log, protocols: ["postgres"] });
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

const policy = (name: string, verb = "read"): string =>
  `policy: ${name}\nwho: { groups: [dba] }\nwhere: { connections: ["*"] }\nrules: [{ allow: [${verb}] }]\n`;

/** Puts a file in its place in one go, as an operator should. */
async function put(name: string, text: string): Promise<void> {
  await writeFile(join(home, "new"), text);
  await rename(join(home, "new"), join(folder, name));
}

const names = (snapshot: StoreSnapshot): readonly string[] => snapshot.policies.map((one) => one.policy);

/** What the store says: the policies' names, or why there are none. */
function seen(): readonly string[] | string {
  try {
    return names(store.snapshot());
  } catch (error) {
    return String(error);
  }
}

/** Resolves once the store says this, now or after some change. */
async function until(said: (seen: readonly string[] | string) => boolean): Promise<void> {
  if (said(seen())) return;
  await new Promise<void>((resolve) => {
    const stop = store.onChange(() => {
      if (!said(seen())) return;
      stop();
      resolve();
    });
  });
}

const serves = (...expected: readonly string[]): Promise<void> => until((now) => String(now) === String(expected));
const fails = (part: string): Promise<void> => until((now) => typeof now === "string" && now.includes(part));

describe("openFolderStore", () => {
  it("refuses a folder that does not exist", async () => {
    await expect(openFolderStore(join(home, "missing"), { log, protocols: [] })).rejects.toThrow(
      /^\[policy\/unavailable\] the folder of documents .*missing cannot be read: it does not exist$/,
    );
  });

  it("opens a folder with faulty documents, and serves when they are mended", async () => {
    const other = join(home, "other");
    await mkdir(other);
    await writeFile(join(other, "a.yaml"), "policy: [");
    await using faulty = await openFolderStore(other, { log, protocols: [] });
    expect(() => faulty.snapshot()).toThrow(expect.objectContaining({ code: "policy/unavailable" }));
    const changed = new Promise<void>((resolve) => void faulty.onChange(resolve));
    await put("../other/a.yaml", policy("mended"));
    await changed;
    expect(names(faulty.snapshot())).toEqual(["mended"]);
  });

  it("no longer answers once it is closed", async () => {
    await store[Symbol.asyncDispose]();
    expect(() => store.snapshot()).toThrow(expect.objectContaining({ code: "policy/unavailable" }));
  });
});

describe("following changes", () => {
  it("takes up a new file, a changed one and a deleted one", async () => {
    expect(seen()).toEqual(["first"]);
    const { version } = store.snapshot();
    await put("second.yaml", policy("second"));
    await serves("first", "second");
    expect(store.snapshot().version).not.toBe(version);
    await put("first.yaml", policy("changed"));
    await serves("changed", "second");
    await unlink(join(folder, "second.yaml"));
    await serves("changed");
  });

  it("sees into folders that come later", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    await put("a/b/deep.yaml", policy("deep"));
    await serves("deep", "first");
    await put("a/b/deep.yaml", policy("deeper"));
    await serves("deeper", "first");
    await rm(join(folder, "a"), { recursive: true });
    await serves("first");
  });

  it("allows nothing while a document is faulty, says which, and serves again when it is mended", async () => {
    await put("second.yaml", policy("second", "reed"));
    await fails("second.yaml:4");
    expect(logged.slice(-2)).toEqual([
      {
        event: "document.refused",
        reason: 'second.yaml:4: policy "second": rules[0].allow[0]: "reed" is not known; did you mean "read"?',
      },
      { event: "documents.refused", count: 1, reason: "Nothing is allowed until they are mended." },
    ]);
    await put("second.yaml", policy("second"));
    await serves("first", "second");
  });

  it("takes up a file that is written where it lies", async () => {
    await writeFile(join(folder, "first.yaml"), policy("written"));
    await serves("written");
    await writeFile(join(home, "copy.yaml"), policy("copied"));
    await copyFile(join(home, "copy.yaml"), join(folder, "first.yaml"));
    await serves("copied");
    await appendFile(join(folder, "first.yaml"), `---\n${policy("more")}`);
    await serves("copied", "more");
  });

  it("ends up right after a file is written piece by piece", async () => {
    const file = await open(join(folder, "slow.yaml"), "w");
    const text = Array.from({ length: 30 }, (_, index) => `---\n${policy(`p${index + 10}`)}`).join("");
    for (let at = 0; at < text.length; at += 100) {
      await file.write(text.slice(at, at + 100));
      await file.datasync();
    }
    await file.close();
    await serves("first", ...Array.from({ length: 30 }, (_, index) => `p${index + 10}`));
  });

  it("ends up with the last of many changes", async () => {
    for (let turn = 0; turn < 200; turn++) await writeFile(join(folder, "first.yaml"), policy(`turn-${turn}`));
    await serves("turn-199");
  });

  it("takes up a Kubernetes volume's new generation", async () => {
    for (const generation of ["1", "2"]) {
      await mkdir(join(folder, `..${generation}`));
      await put(`..${generation}/map.yaml`, policy(`generation-${generation}`));
    }
    await symlink("..1", join(folder, "..data"));
    await symlink(join("..data", "map.yaml"), join(folder, "map.yaml"));
    await serves("first", "generation-1");
    await symlink("..2", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await serves("first", "generation-2");
  });

  it("follows a link to the folder that is turned elsewhere", async () => {
    const current = join(home, "current");
    await symlink(folder, current);
    await mkdir(join(home, "next"));
    await writeFile(join(home, "next", "a.yaml"), policy("next"));
    await using linked = await openFolderStore(current, { log, protocols: [] });
    const changed = new Promise<void>((resolve) => void linked.onChange(resolve));
    await symlink(join(home, "next"), `${current}.new`);
    await rename(`${current}.new`, current);
    await changed;
    expect(names(linked.snapshot())).toEqual(["next"]);
  });

  it("allows nothing once the folder is gone, and serves again when it is back", async () => {
    await rename(folder, `${folder}.away`);
    await fails("does not exist");
    await rename(`${folder}.away`, folder);
    await serves("first");
    await put("first.yaml", policy("back"));
    await serves("back");
  });

  it("finds a change that no watcher reports", async () => {
    // written under a name outside the folder, the file changes without an event inside it
    await link(join(folder, "first.yaml"), join(home, "outside.yaml"));
    await writeFile(join(home, "outside.yaml"), policy("unreported"));
    await serves("unreported");
  });

  it("keeps the snapshot where nothing was changed", async () => {
    const before = store.snapshot();
    await put("first.yaml", policy("first"));
    await appendFile(join(folder, "README"), "x");
    await put("second.yaml", policy("second"));
    await serves("first", "second");
    await unlink(join(folder, "second.yaml"));
    await serves("first");
    expect(store.snapshot().version).toBe(before.version);
    expect(logged.filter(({ event }) => event === "documents.read")).toHaveLength(3);
  });
});

describe("onChange", () => {
  it("is told when the new snapshot is in place, despite a listener that throws, and until it stops", async () => {
    const told: (readonly string[] | string)[] = [];
    store.onChange(() => {
      throw new Error("clumsy");
    });
    const stop = store.onChange(() => void told.push(seen()));
    await put("first.yaml", policy("second"));
    await serves("second");
    expect(logged).toContainEqual(expect.objectContaining({ event: "documents.listener-failed", reason: "clumsy" }));
    stop();
    await put("first.yaml", policy("third"));
    await serves("third");
    expect(told).toEqual([["second"]]);
  });
});
