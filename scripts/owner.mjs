import { readdirSync, readFileSync, statSync } from "node:fs";

/**
 * Root in somebody else's checkout goes on as that user. Otherwise its files would be in the way of the user's next command,
 * and the database, which refuses root, would need a third user.
 * @param {string} root the checkout
 */
export function becomeOwner(root) {
  const owner = statSync(root).uid;
  if (process.getuid?.() !== 0 || owner === 0) return;
  const account = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields[2] === String(owner));
  if (account === undefined) return;
  const group = Number(account[3]);
  if (!canRead(root, owner, group)) return;
  process.setgroups([]);
  process.setgid(group);
  process.setuid(owner);
  process.env.HOME = account[5];
  process.env.USER = account[0];
  process.env.LOGNAME = account[0];
  console.log(`This checkout belongs to ${account[0]}: going on as that user instead of root.`);
}

/** The folders above may be closed to the owner. */
function canRead(folder, user, group) {
  process.setegid(group);
  process.seteuid(user);
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  } finally {
    process.seteuid(0);
    process.setegid(0);
  }
}
