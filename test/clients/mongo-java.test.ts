import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad } from "../support/client-road.ts";
import { compileJava, type JavaProgram } from "../support/java-program.ts";
import { mongoKinds, startServedDouble, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";

const SOURCE = join(import.meta.dirname, "MongoJava.java");

/** FerretDB has no transactions. */
const servers: readonly {
  readonly name: string;
  readonly transactions: boolean;
  readonly start: () => Promise<ServedMongo>;
}[] = mongoKinds.map((name) =>
  name === "double"
    ? { name, transactions: true, start: () => startServedDouble({ as: "mongos" }) }
    : { name, transactions: false, start: () => startServedMongo(name) },
);

let program: JavaProgram;
beforeAll(async () => {
  program = await compileJava(SOURCE);
});
afterAll(() => program[Symbol.asyncDispose]());

describe.each(servers)("MongoDB's Java driver on $name", ({ transactions, start }) => {
  it("does what programs do, by ticket and by token", async () => {
    await using served = await start();
    await using road = await startClientRoad(served);
    const { ticket } = road;
    const token = await road.token();
    const { output, errors, code } = await program.run({
      env: {
        HOST: road.host,
        PORT: String(road.port),
        CA_FILE: road.caFile,
        TRANSACTIONS: transactions ? "yes" : "no",
      },
      input: `SCRAM ${ticket.user} ${ticket.secret}\nPLAIN ${token.user} ${token.secret}\n`,
    });
    expect({ errors, code }).toEqual({ errors: "", code: 0 });
    const seen = [
      "read 2000",
      "one zwölf 😀 1709210096789 2 -9223372036854775808",
      "updated 10",
      "counted 10",
      "deleted 1900",
      "bulk 1",
      "error 11000",
      "refused 59 []",
      "together 800",
      ...(transactions ? ["kept 2"] : []),
      "hosts 1",
    ];
    expect(output.trimEnd().split("\n")).toEqual([...seen, ...seen]);
  });
});
