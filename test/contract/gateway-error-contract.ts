import { errorCodes, type ErrorCode } from "@sallyport/shared/errors";
import { describe, expect, it } from "vitest";
import { connectScripted } from "../support/scripted-client.ts";
import { refusal } from "./gateway-login-contract.ts";
import {
  contractPolicy,
  startGatewayRig,
  type GatewayBench,
  type GatewayRig,
  type GatewayRigOptions,
} from "./gateway-rig.ts";
import type { ContractClient, NativeError, ProtocolDriver } from "./protocol-driver.ts";
import type { NotProvoked, Provocation, Provocations } from "./provocation.ts";

const ofSomeProtocols: NotProvoked = { because: "Only a protocol that has such a thing can be made to show it." };

const ofTheApi: NotProvoked = { because: "It is an answer of the API, and no session is ever told so." };

/**
 * How each error is brought about from outside. A new code does not compile until somebody has thought about it here;
 * a protocol's own provocation goes before the one of this table.
 */
const provocations: Readonly<Record<ErrorCode, Provocation | NotProvoked>> = {
  "protocol/malformed": afterLogin((client, { driver }) => client.send(driver.bytes.garbage)),
  "protocol/too-large": afterLogin((client, { driver }) => client.send(driver.bytes.oversize)),
  "protocol/unsupported": ofSomeProtocols,
  "protocol/out-of-order": ofSomeProtocols,
  "login/failed": atLogin({}, (rig) => rig.logIn({ secret: "wrong" })),
  "login/unavailable": async (start) => {
    await using rig = await start();
    const login = await rig.tokenLogin();
    await rig.provider.stop();
    return await refusal(rig.logIn(login));
  },
  "login/timeout": async (start) => {
    await using rig = await start({ limits: { loginSeconds: 0.3 } });
    rig.provider.answer("/keys", () => undefined);
    return await refusal(rig.logIn(await rig.tokenLogin()));
  },
  "login/rate-limited": async (start) => {
    await using rig = await start();
    for (let failure = 0; failure < 10; failure += 1) await refusal(rig.logIn({ secret: "wrong" }));
    return await refusal(rig.logIn());
  },
  "login/too-many-connections": async (start, { driver }) => {
    await using rig = await start({ limits: { connections: 1 } });
    const client = await rig.logIn();
    const turnedAway = await connectScripted(rig.port);
    const told = driver.nativeErrorsIn(await turnedAway.receiveAll());
    client.end();
    return told[0];
  },
  "login/encryption-required": atLogin({ plaintext: "never" }),
  "login/setting-refused": ofSomeProtocols,
  "login/no-access": atLogin({ documents: { "policy.json": undefined } }),
  "policy/denied": byStatement(({ drop }) => drop("x")),
  "policy/unreadable": byStatement(({ unreadable }) => unreadable),
  "policy/unavailable": byStatement(
    ({ read }) => read("x"),
    ({ road }) => road.spoilDocuments(),
  ),
  "session/killed": { because: "The API's own tests bring it about." },
  "api/unauthenticated": ofTheApi,
  "api/forbidden": ofTheApi,
  "api/not-found": ofTheApi,
  "api/method-not-allowed": ofTheApi,
  "api/invalid": ofTheApi,
  "api/too-large": ofTheApi,
  "api/media-type": ofTheApi,
  "api/rate-limited": ofTheApi,
  "api/changed": ofTheApi,
  "api/key-reused": ofTheApi,
  "api/key-running": ofTheApi,
  "store/unavailable": { because: "Rigs that take the database away have tests of their own." },
  "store/conflict": { because: "It is the answer to administrators." },
  "store/invalid": { because: "It is the answer to administrators." },
  "client/gone": { because: "There is nobody left to tell." },
  "session/idle": afterLogin(() => Promise.resolve(), {
    documents: { "policy.json": { ...contractPolicy, session: { idle: "1s" } } },
  }),
  "session/expired": afterLogin(() => Promise.resolve(), {
    documents: { "policy.json": { ...contractPolicy, session: { max: "1s" } } },
  }),
  "session/access-ended": afterLogin((_client, _bench, rig) => rig.road.removeDocument("policy.json")),
  "session/limit": ofSomeProtocols,
  "gateway/shutting-down": afterLogin(async (_client, _bench, rig) => {
    void rig.road.gateway.close();
  }),
  "gateway/lost": { because: "Who could tell of it is gone." },
  "tunnel/no-agent": async (start) => {
    await using rig = await start();
    await rig.road.putDocument("connection.json", rig.connection({ agentGroup: "nobody" }));
    return await refusal(rig.logIn());
  },
  "tunnel/agent-lost": afterLogin(async (_client, _bench, rig) => rig.loseAgent()),
  // an agent in the gateway's process does not leave without it
  "tunnel/agent-leaving": afterLogin(async (_client, _bench, rig) => rig.drainAgent(), { tunnel: "grpc" }),
  "tunnel/already-held": { because: "It is the answer to agents and their operators." },
  "agent/address-refused": withConnection({ server: { host: "127.0.0.1", port: 1, tls: "disable" } }),
  "agent/credential-unavailable": withConnection({ credential: { user: "shop", password: "env:NO_SUCH_VARIABLE" } }),
  "enrolment/token-unknown": { because: "It is the answer to agents and their operators." },
  "enrolment/token-used": { because: "It is the answer to agents and their operators." },
  "enrolment/token-expired": { because: "It is the answer to agents and their operators." },
  "enrolment/request-refused": { because: "It is the answer to agents and their operators." },
  "enrolment/wrong-gateway": { because: "It is the answer to agents and their operators." },
  "enrolment/gateway-unreachable": { because: "It is the answer to agents and their operators." },
  "enrolment/revoked": { because: "It is the answer to agents and their operators." },
  "enrolment/certificate-expired": { because: "It is the answer to agents and their operators." },
  "enrolment/state-unusable": { because: "It is the answer to agents and their operators." },
  "sealing/key-unavailable": { because: "Rigs with a state store have tests of their own." },
  "sealing/not-opened": { because: "Rigs with a state store have tests of their own." },
  "sealing/unknown-credential": { because: "Rigs with a state store have tests of their own." },
  "server/unreachable": async (start) => {
    await using rig = await start();
    await rig.link.close();
    return await refusal(rig.logIn());
  },
  "server/tls-failed": async (start) => {
    await using rig = await start();
    const server = { host: "127.0.0.1", port: rig.link.port, tls: "require" };
    await rig.road.putDocument("connection.json", rig.connection({ server }));
    return await refusal(rig.logIn());
  },
  "server/login-failed": withConnection({ credential: { user: "shop", password: "env:PATH" } }),
  "server/malformed": afterLogin((client, { driver }, rig) => {
    rig.link.hooks.toClient = () => driver.bytes.garbageOfServer;
    return client.begin(driver.statements.read("x"));
  }),
  "server/unsupported": async (start, { driver }) => {
    await using rig = await start();
    const [known, unknown] = driver.bytes.version;
    rig.link.hooks.toClient = (bytes) => Buffer.from(bytes.toString("latin1").replace(known, unknown), "latin1");
    return await refusal(rig.logIn());
  },
  "server/lost": afterLogin(async (_client, _bench, rig) => rig.link.cut()),
  "mask/mismatch": ofSomeProtocols,
  "recording/failed": async (start) => {
    await using rig = await start();
    await rig.breakRecordings();
    return await refusal(rig.logIn());
  },
  "internal/unexpected": { because: "Whoever can bring it about has found a fault to be mended." },
};

/** Every error of the vocabulary, in the words of one protocol. */
export function describeErrors(
  name: string,
  own: { readonly driver: ProtocolDriver; readonly provocations: Provocations },
  bench: () => GatewayBench,
  tunnel: "grpc" | "local",
): void {
  const provoked = errorCodes.flatMap((code) => {
    const provocation = own.provocations[code] ?? provocations[code];
    return typeof provocation === "function" ? [{ code, provocation }] : [];
  });

  describe(`${name}: an error`, () => {
    it("has a native one, whatever it is", () => {
      const { nativeErrors } = own.driver.adapter;
      expect(errorCodes.filter((code) => nativeErrors[code] === undefined || nativeErrors[code] === "")).toEqual([]);
      expect(Object.keys(nativeErrors).toSorted()).toEqual(errorCodes.toSorted());
    });

    it.each(provoked)("such as $code arrives in the protocol's own words", async ({ code, provocation }) => {
      const start = (options: GatewayRigOptions = {}) => startGatewayRig(bench(), { tunnel, ...options });
      expect(await provocation(start, bench())).toBe(own.driver.adapter.nativeErrors[code]);
    });
  });
}

/** A login that is refused. */
function atLogin(
  options: GatewayRigOptions,
  login: (rig: GatewayRig) => Promise<ContractClient> = (rig) => rig.logIn(),
): Provocation {
  return async (start) => {
    await using rig = await start(options);
    return await refusal(login(rig));
  };
}

/** A login to a connection that is not as it should be. */
function withConnection(changes: object): Provocation {
  return async (start) => {
    await using rig = await start();
    await rig.road.putDocument("connection.json", rig.connection(changes));
    return await refusal(rig.logIn());
  };
}

/** Something that ends a session. */
function afterLogin(
  action: (client: ContractClient, bench: GatewayBench, rig: GatewayRig) => Promise<void>,
  options: GatewayRigOptions = {},
): Provocation {
  return async (start, bench): Promise<NativeError | undefined> => {
    await using rig = await start(options);
    const client = await rig.logIn();
    await action(client, bench, rig);
    const [told] = await client.lastWords();
    return told;
  };
}

/** A statement that is refused. */
function byStatement(
  choose: (statements: ProtocolDriver["statements"]) => string,
  before: (rig: GatewayRig) => Promise<void> = () => Promise.resolve(),
): Provocation {
  return async (start, { driver }) => {
    await using rig = await start();
    const client = await rig.logIn();
    await before(rig);
    const [answer] = await client.ask(choose(driver.statements));
    client.end();
    return answer?.kind === "error" ? answer.native : undefined;
  };
}
