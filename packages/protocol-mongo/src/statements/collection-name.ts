/** What stands in the place of a collection's name for cursors that belong to none, as for those of `listCollections`. */
const CURSOR_OF_A_COMMAND = /^\$cmd\.[\w.]+$/;

/** Whether a server would take it: without the NUL at which some would end it, and nothing that servers read in another way. */
export function isCollectionName(name: string): boolean {
  return name !== "" && !name.includes("\0") && !name.startsWith("$") && !name.startsWith(".");
}

/** What a cursor may be on. */
export function isCursorName(name: string): boolean {
  return isCollectionName(name) || CURSOR_OF_A_COMMAND.test(name);
}
