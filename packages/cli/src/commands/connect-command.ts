import { openClient } from "../client/api-client.ts";
import { mintAccess, type Access, type AccessRequest } from "../client/mint-access.ts";
import { runProgram } from "../client/run-program.ts";
import type { GatewayOptions } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { distance } from "../output/moments.ts";
import { note, print } from "../output/print.ts";

/** The options of `sallyport connect` and of the commands that are named after programs. */
export interface ConnectOptions extends GatewayOptions, Omit<AccessRequest, "connection" | "lifetimeSeconds"> {
  readonly lifetime: number;
  readonly json?: boolean;
}

const REVOKE_MS = 5_000;

/** Prints a URL that works for a while. */
export async function printAccess(connection: string, options: ConnectOptions): Promise<void> {
  const access = await accessOf(connection, options);
  const { guide, place, ticket, expires } = access;
  const environment = guide.environment(place);
  print(options, { url: guide.url(place), environment, ticket, expires }, () => guide.url(place));
  if (options.json !== true)
    note(
      `It works for whoever has it, ${distance(expires, Date.now())}; sallyport tickets revoke '${ticket}' ends it.`,
    );
}

/** Runs a command that finds its way in its environment. Ends this process with its exit code. */
export async function execWithAccess(
  connection: string,
  command: readonly string[],
  options: ConnectOptions,
): Promise<never> {
  const [program, ...args] = command;
  if (program === undefined)
    throw new CommandFailure(
      "What to run is not said.",
      `sallyport connect ${connection} --exec -- psql -c 'select 1'`,
      undefined,
      exitCodes.usage,
    );
  const access = await accessOf(connection, options);
  return runAndEnd(access, program, args);
}

/** Starts the program of that name, ready to go. Ends this process with its exit code. */
export async function startClient(
  program: string,
  connection: string,
  args: readonly string[],
  options: ConnectOptions,
): Promise<never> {
  const access = await accessOf(connection, options);
  const { guide, place } = access;
  if (guide.program === program) return runAndEnd(access, program, [...guide.arguments(place), ...args]);
  await revokeQuietly(access);
  throw new CommandFailure(
    `The database of "${connection}" is none that ${program} speaks to.`,
    `sallyport ${guide.program} ${connection}`,
  );
}

async function accessOf(connection: string, options: ConnectOptions): Promise<Access> {
  const client = await openClient(options);
  return mintAccess(client, { ...options, connection, lifetimeSeconds: options.lifetime });
}

async function runAndEnd(access: Access, program: string, args: readonly string[]): Promise<never> {
  const { guide, place } = access;
  try {
    const environment = { DATABASE_URL: guide.url(place), ...guide.environment(place) };
    const code = await runProgram(program, args, environment);
    await revokeQuietly(access);
    process.exit(code);
  } catch (reason) {
    await revokeQuietly(access);
    throw reason;
  }
}

/** It would end by itself a little later, so nobody is bothered when it cannot be taken back now. */
async function revokeQuietly(access: Access): Promise<void> {
  const giveUp = new Promise<void>((resolve) => {
    setTimeout(resolve, REVOKE_MS).unref();
  });
  await Promise.race([access.revoke().catch(() => undefined), giveUp]);
}
