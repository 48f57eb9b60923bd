import type { GatewayRig, GatewayRigOptions } from "./gateway-rig.ts";
import { mongoMsg } from "../support/mongo-messages.ts";
import type { NotProvoked, Provocation, Provocations } from "./provocation.ts";

const unasked: NotProvoked = { because: "Who has asked nothing cannot be told anything." };

/** Errors that are MongoDB's own affair, and those that a client only hears of while it waits for an answer. */
export const mongoProvocations: Provocations = {
  "login/too-many-connections": unasked,
  "protocol/malformed": unasked,
  "protocol/too-large": unasked,
  "session/idle": unasked,
  "protocol/unsupported": async (start) => {
    await using rig = await start();
    const client = await rig.logIn();
    await client.send(mongoMsg({ hello: 1, loadBalanced: true, $db: "admin" }));
    client.end();
    return (await client.lastWords())[0];
  },
  "session/expired": whileRunning(() => Promise.resolve(), { ticketLifeMs: 2000 }),
  "session/access-ended": whileRunning((rig) => rig.road.removeDocument("policy.json")),
  "gateway/shutting-down": whileRunning(async (rig) => void rig.road.gateway.close()),
  "tunnel/agent-lost": whileRunning((rig) => rig.loseAgent()),
  "tunnel/agent-leaving": whileRunning(async (rig) => rig.drainAgent(), { tunnel: "grpc" }),
  "server/lost": whileRunning(async (rig) => rig.link.cut()),
};

/** Something that ends a session whose client waits for an answer. */
function whileRunning(action: (rig: GatewayRig) => Promise<void>, options: GatewayRigOptions = {}): Provocation {
  return async (start, { driver }) => {
    await using rig = await start(options);
    const { text, mark } = driver.statements.endless;
    const client = await rig.logIn();
    const onItsWay = Promise.withResolvers<void>();
    rig.link.hooks.toServer = (bytes) => {
      if (bytes.includes(mark)) onItsWay.resolve();
    };
    await client.begin(text);
    await onItsWay.promise;
    await action(rig);
    return (await client.lastWords())[0];
  };
}
