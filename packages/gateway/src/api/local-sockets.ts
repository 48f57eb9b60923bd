import type { Socket } from "node:net";

const local = new WeakSet<Socket>();

/** Marks a connection that came by the gateway's own socket. Nothing that a request says can do that. */
export function markLocal(socket: Socket): void {
  local.add(socket);
}

export function isLocalSocket(socket: Socket): boolean {
  return local.has(socket);
}
