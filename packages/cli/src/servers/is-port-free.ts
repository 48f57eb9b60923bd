import { once } from "node:events";
import { createServer } from "node:net";
import { systemErrorCode } from "../command-failure.ts";

const HOST = "127.0.0.1";

/** Whether nothing listens on a port of this machine. Throws where the system does not let it be tried. */
export async function isPortFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, "listening");
  } catch (reason) {
    if (systemErrorCode(reason) === "EADDRINUSE") return false;
    throw reason;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
