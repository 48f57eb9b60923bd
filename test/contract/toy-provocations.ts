import type { Provocations } from "./provocation.ts";

/** Errors that are the toy protocol's own affair. */
export const toyProvocations: Provocations = {
  "protocol/out-of-order": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    await client.send(Buffer.from("LOGIN again shop x\n"));
    return (await client.lastWords())[0];
  },
};
