import { watch, type FSWatcher } from "node:fs";
import { basename } from "node:path";

/** Watches a set of directories that may change. */
export interface DirectoryWatch {
  /** From now on these directories are watched, and no others. */
  follow(directories: ReadonlySet<string>): void;
  stop(): void;
}

/**
 * Calls back on any event in the directories that it follows, each with a watcher of its own: on Linux Node's recursive
 * one is made of those too, and reports neither links nor directories that were put in another's place. A directory
 * that cannot be watched is left out; the store's slow look finds its changes.
 */
export function createDirectoryWatch(onEvent: () => void): DirectoryWatch {
  const watchers = new Map<string, FSWatcher>();

  function drop(directory: string): void {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  }

  function add(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        // a directory that is moved or deleted reports its own name last: its watcher is dead or follows it elsewhere
        if (event === "rename" && name === basename(directory)) drop(directory);
        onEvent();
      });
      watcher.on("error", () => {
        drop(directory);
        onEvent();
      });
      watchers.set(directory, watcher);
    } catch {
      drop(directory);
    }
  }

  return {
    follow(directories) {
      for (const directory of watchers.keys()) if (!directories.has(directory)) drop(directory);
      for (const directory of directories) if (!watchers.has(directory)) add(directory);
    },
    stop() {
      for (const directory of watchers.keys()) drop(directory);
    },
  };
}
