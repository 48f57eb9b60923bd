import { createServer } from "node:net";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";

const VARIABLE = "SALLYPORT_PORT_BASE";
const DEFAULT_BASE = 15432;
const HOST = "127.0.0.1";
const names = ["gateway", "tunnel", "identityProvider", "server"] as const;

/** Where each part of the demo listens: four ports in a row. */
export type DemoPorts = Readonly<Record<(typeof names)[number], number>>;

/** The ports that follow from the base the environment names. */
export function demoPorts(base: string | undefined): DemoPorts {
  const first = base === undefined || base === "" ? DEFAULT_BASE : Number(base);
  if (!Number.isInteger(first) || first < 1 || first + names.length - 1 > 65_535) {
    throw new CommandFailure(
      `${VARIABLE} is "${base}", which is not a port number.`,
      `Set it to a number from 1 to ${65_536 - names.length}, or leave it unset.`,
    );
  }
  return { gateway: first, tunnel: first + 1, identityProvider: first + 2, server: first + 3 };
}

/** Fails with the port's name, before anything is started, where one is taken. */
export async function assertPortsFree(ports: DemoPorts): Promise<void> {
  for (const name of names) {
    const port = ports[name];
    if (await isFree(port)) continue;
    throw new CommandFailure(
      `Port ${port} on ${HOST}, which the demo needs, is taken by another program.`,
      `End that program (perhaps another demo), or choose other ports: ${VARIABLE}=25432 npm start`,
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await new Promise<void>((listening, failed) => {
      probe.once("error", failed);
      probe.listen(port, HOST, listening);
    });
    return true;
  } catch (reason) {
    if (systemErrorCode(reason) === "EADDRINUSE") return false;
    throw new CommandFailure(
      `Port ${port} cannot be listened on: ${String(reason)}.`,
      `Choose other ports: ${VARIABLE}=25432 npm start`,
      reason,
    );
  } finally {
    await new Promise((closed) => probe.close(closed));
  }
}
