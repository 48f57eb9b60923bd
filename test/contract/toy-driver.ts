import { GatewayError } from "@sallyport/shared/errors";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { toyAdapter } from "../toy/toy-adapter.ts";
import { ToyServer } from "../toy/toy-server.ts";
import { LoginRefused, type Answer, type NativeError, type ProtocolDriver } from "./protocol-driver.ts";

const PASSWORD_VARIABLE = "CONTRACT_TOY_PASSWORD";

/** The toy protocol as the contract suite speaks it. */
export const toyDriver: ProtocolDriver = {
  adapter: toyAdapter,
  speaksUnasked: true,
  hasGoodbye: true,
  supportsTls: false,
  async startServer() {
    process.env[PASSWORD_VARIABLE] = "sesame";
    const server = await ToyServer.start({ password: "sesame" });
    return {
      port: server.port,
      credential: { user: "shop", password: `env:${PASSWORD_VARIABLE}` },
      database: "shop",
      statements: async () => server.lines.filter((line) => line !== "READ health"),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
  async logIn(port, { user, database, secret }) {
    const raw = await connectScripted(port);
    await raw.send(Buffer.from(`LOGIN ${user} ${database ?? "-"} ${secret}\n`));
    const [word, second = "", id, key = ""] = (await receiveLine(raw)).split(" ");
    if (word !== "OK") {
      raw.end();
      throw new LoginRefused(word === "ERR" ? second : undefined);
    }
    return {
      cancelKey: { id: Number(id), secret: Buffer.from(key, "hex") },
      async ask(...statements) {
        await raw.send(Buffer.from(statements.map((text) => `${text}\n`).join("")));
        const answers: Answer[] = [];
        for (const _each of statements) answers.push(answerIn(await receiveLine(raw)));
        return answers;
      },
      begin: (text) => raw.send(Buffer.from(`${text}\n`)),
      send: (bytes) => raw.send(bytes),
      lastWords: async () => nativeErrorsIn(await raw.receiveAll()),
      async logInAgain(login) {
        await raw.send(Buffer.from(`AGAIN ${login.user} ${login.database ?? "-"} ${login.secret}\n`));
        const [first, code] = (await receiveLine(raw)).split(" ");
        if (first !== "OK") throw new LoginRefused(first === "ERR" ? code : undefined);
      },
      async quit() {
        await raw.send(Buffer.from("QUIT\n"));
        raw.end();
      },
      end: () => raw.end(),
      reset: () => raw.reset(),
    };
  },
  again: { kill: (id) => `KILL ${id}`, unknown: "unknown-session" },
  async cancel(port, { id, secret }) {
    const raw = await connectScripted(port);
    await raw.send(Buffer.from(`CANCEL ${id} ${secret.toString("hex")}\n`));
    await raw.receiveAll();
  },
  nativeErrorsIn,
  statements: {
    read: (label) => `READ ${label}`,
    drop: (label) => `DROP ${label}`,
    unreadable: "FROBNICATE x",
    failing: { text: "CALL FAIL x", native: "failed" },
    endless: { text: "CALL SLEEP", mark: "CALL SLEEP", cancelled: "cancelled" },
    ending: "CALL BYE now",
  },
  bytes: {
    halfLogin: Buffer.from("LOGIN ali"),
    garbageAtLogin: Buffer.from([0x16, 3, 1, 0, 10]),
    garbage: Buffer.from("READ \u0000\n"),
    oversize: Buffer.alloc(17 * 1024, "x"),
    garbageOfServer: Buffer.alloc(17 * 1024, "x"),
    version: ["OK 1.0", "OK 9.0"],
  },
};

function answerIn(line: string): Answer {
  const [word, ...rest] = line.split(" ");
  if (word === "OK") return { kind: "result", value: rest.join(" ") };
  if (word === "ERR") return { kind: "error", native: rest[0] ?? "" };
  throw new GatewayError("internal/unexpected", `"${line}" is no answer`);
}

function nativeErrorsIn(bytes: Buffer): readonly NativeError[] {
  return [...bytes.toString().matchAll(/^ERR (\S+)/gm)].map(([, code = ""]) => code);
}

async function receiveLine(raw: ScriptedClient): Promise<string> {
  let line = "";
  for (let byte = await raw.receive(1); byte.length === 1; byte = await raw.receive(1)) {
    if (byte[0] === 0x0a) return line;
    line += byte.toString("latin1");
  }
  return line;
}
