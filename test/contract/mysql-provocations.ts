import { connectScripted } from "../support/scripted-client.ts";
import { errorNumbersIn, packet } from "./mysql-wire-client.ts";
import type { Provocations } from "./provocation.ts";

const MAX_PREPARED = 10_000;
const COM_STMT_PREPARE = 0x16;
const COM_REFRESH = 0x07;

/** Errors that are MySQL's own affair. */
export const mysqlProvocations: Provocations = {
  "protocol/out-of-order": async (start) => {
    await using rig = await start();
    const raw = await connectScripted(rig.port);
    // the answer to a greeting is number 1
    await raw.send(packet(7, Buffer.alloc(40)));
    return errorNumbersIn(await raw.receiveAll())[0];
  },
  "protocol/unsupported": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    await client.send(packet(0, Buffer.of(COM_REFRESH, 1)));
    const [answer] = await client.ask("SELECT 1");
    client.end();
    return answer?.kind === "error" ? answer.native : undefined;
  },
  "session/limit": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    const prepare = packet(0, Buffer.of(COM_STMT_PREPARE), "DO 1");
    await client.send(Buffer.concat(Array.from({ length: MAX_PREPARED + 1 }, () => prepare)));
    await client.quit();
    const [told] = await client.lastWords();
    return told;
  },
};
