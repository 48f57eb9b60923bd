import { GatewayError } from "@sallyport/shared/errors";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { connect, type Socket } from "node:net";
import type { AllowList } from "./allow-list.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Connects to a server at one of its allowed addresses, the first that answers. Throws `server/unreachable`. */
export async function dialServer(
  allowList: AllowList,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<SocketStream> {
  const addresses = await allowList.resolve(host, port);
  let failure = "it has no address";
  for (const address of addresses) {
    if (signal.aborted) throw GatewayError.from(signal.reason, "server/unreachable");
    const connected = await connectTo(address, port, signal);
    if (typeof connected !== "string") return new SocketStream(connected, "server/lost");
    failure = connected;
  }
  throw new GatewayError("server/unreachable", `${host}:${port} cannot be reached: ${failure}`);
}

/** The socket, or why there is none. */
function connectTo(address: string, port: number, signal: AbortSignal): Promise<Socket | string> {
  const socket = connect({ host: address, port, keepAlive: true });
  return new Promise((resolve) => {
    const giveUp = (why: string) => {
      cleanUp();
      socket.destroy();
      resolve(`${address}: ${why}`);
    };
    const onAbort = () => giveUp("given up");
    const onError = (error: Error) => giveUp(error.message);
    const timer = setTimeout(() => giveUp(`no answer in ${CONNECT_TIMEOUT_MS} ms`), CONNECT_TIMEOUT_MS);
    const cleanUp = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.removeListener("error", onError);
      // what a socket reports after it was given up interests nobody, but unheard it would end the process
      socket.on("error", () => undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", onError);
    socket.once("connect", () => {
      cleanUp();
      resolve(socket);
    });
  });
}
