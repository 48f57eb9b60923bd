import { connectScripted } from "../support/scripted-client.ts";
import { logInToPg, message, sqlStatesIn, startup } from "./pg-wire-client.ts";
import { LoginRefused, type ContractClient, type NativeError } from "./protocol-driver.ts";
import type { Provocations } from "./provocation.ts";

const MAX_NAMES = 10_000;
const NAMES_PER_SYNC = 500;

/** Errors that are PostgreSQL's own affair. */
export const pgProvocations: Provocations = {
  "login/setting-refused": async (start) => {
    await using rig = await start();
    const refused = logInToPg(rig.port, rig.ticket, { session_preload_libraries: "evil" });
    return await refused.then(
      () => undefined,
      (reason: unknown) => (reason instanceof LoginRefused ? reason.native : undefined),
    );
  },
  "protocol/out-of-order": async (start) => {
    await using rig = await start();
    const raw = await connectScripted(rig.port);
    await raw.send(startup({ user: "alice", database: "shop" }));
    await raw.receive(9);
    await raw.send(message("Q", "SELECT 1\0"));
    return sqlStatesIn(await raw.receiveAll())[0];
  },
  "protocol/unsupported": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    await client.send(message("F", Buffer.alloc(10)));
    return await firstError(client);
  },
  "session/limit": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    const parses = Array.from({ length: MAX_NAMES + 1 }, (_, index) => [
      message("P", `s${index}\0SELECT 1\0`, Buffer.alloc(2)),
      ...(index % NAMES_PER_SYNC === 0 ? [message("S")] : []),
    ]);
    await client.send(Buffer.concat([...parses.flat(), message("S")]));
    return await firstError(client);
  },
};

/** The error that stands in one of the answers that are still to come. */
async function firstError(client: ContractClient): Promise<NativeError> {
  for (;;) {
    const [answer] = await client.ask("SELECT 1");
    if (answer?.kind !== "error") continue;
    client.end();
    return answer.native;
  }
}
