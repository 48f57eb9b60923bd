import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractPolicy, startGatewayRig, type GatewayBench, type GatewayRig } from "./gateway-rig.ts";
import type { Answer } from "./protocol-driver.ts";

/** What happens to statements: who decides, what is recorded when, and what the client gets in which order. */
export function describeStatements(name: string, bench: () => GatewayBench, tunnel: "grpc" | "local"): void {
  const start = (): Promise<GatewayRig> => startGatewayRig(bench(), { tunnel });
  const statements = (): GatewayBench["driver"]["statements"] => bench().driver.statements;

  describe(`${name}: a statement`, () => {
    it("that is refused, or fails, leaves the connection usable", async () => {
      await using rig = await start();
      const { read, drop, unreadable, failing } = statements();
      const client = await rig.logIn();
      for (const [text, native] of [
        [drop("x"), rig.native("policy/denied")],
        [unreadable, rig.native("policy/unreadable")],
        [failing.text, failing.native],
      ] as const) {
        expect(await client.ask(text)).toEqual([{ kind: "error", native }]);
        expect(await client.ask(read("after"))).toEqual([result("after")]);
      }
      client.end();
    });

    it("is answered in its turn, whoever answers, when many are sent at once", async () => {
      await using rig = await start();
      const { read, drop, unreadable, failing } = statements();
      const client = await rig.logIn();
      const denied: Answer = { kind: "error", native: rig.native("policy/denied") };
      const answers = await client.ask(read("a"), drop("x"), read("b"), unreadable, failing.text, drop("y"), read("c"));
      expect(answers).toEqual([
        result("a"),
        denied,
        result("b"),
        { kind: "error", native: rig.native("policy/unreadable") },
        { kind: "error", native: failing.native },
        denied,
        result("c"),
      ]);
      client.end();
    });

    it("reaches the server only when it was allowed, in the order of the record, whatever is sent", async () => {
      await using rig = await start();
      const { read, drop, unreadable } = statements();
      const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
      const statement = fc.oneof(word.map(read), word.map(drop), fc.constant(unreadable));
      await fc.assert(
        fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 12 }), async (texts) => {
          const seenBefore = (await bench().server.statements()).length;
          const client = await rig.logIn();
          const answers = await client.ask(...texts);
          expect(answers).toHaveLength(texts.length);
          await client.quit();
          await rig.allGone();
          const lines = newestOf(rig);
          const judged = lines.filter(({ type }) => type === "statement");
          expect(judged.map(({ text }) => text)).toEqual(texts);
          const allowed = judged.filter(({ decision }) => decision?.kind === "allow").map(({ text }) => text);
          expect((await bench().server.statements()).slice(seenBefore)).toEqual(allowed);
          expect(allowed).toEqual(texts.filter((_, index) => answers[index]?.kind === "result"));
        }),
        { numRuns: 8 },
      );
    });

    it("is in the recording before the server can see it", async () => {
      await using rig = await start();
      const client = await rig.logIn();
      const labels = ["one", "two", "three"];
      const seen: string[] = [];
      rig.link.hooks.toServer = (bytes) => {
        const recorded = JSON.stringify(rig.recorded());
        for (const label of labels) if (bytes.includes(label)) seen.push(`${label} ${recorded.includes(label)}`);
      };
      await client.ask(...labels.map((label) => statements().read(label)));
      expect(seen).toEqual(labels.map((label) => `${label} true`));
      client.end();
    });

    it("is recorded with how it ended", async () => {
      await using rig = await start();
      const client = await rig.logIn();
      await client.ask(statements().read("fine"), statements().failing.text, statements().drop("x"));
      await client.quit();
      await rig.allGone();
      const lines = newestOf(rig);
      expect(lines.map(({ type }) => type).filter((type) => type !== "outcome")).toEqual([
        "opened",
        "statement",
        "statement",
        "statement",
        "closed",
      ]);
      expect(lines.flatMap(({ result: each }) => each ?? [])).toEqual(["completed", "failed"]);
    });

    it("is judged by the policy of that moment", async () => {
      await using rig = await start();
      const { read } = statements();
      const client = await rig.logIn();
      expect(await client.ask(read("a"))).toEqual([result("a")]);
      const stricter = { ...contractPolicy, rules: [{ deny: ["read"] }, { allow: ["*"] }] };
      await rig.road.putDocument("policy.json", stricter);
      expect(await client.ask(read("b"))).toEqual([{ kind: "error", native: rig.native("policy/denied") }]);
      await rig.road.putDocument("policy.json", contractPolicy);
      expect(await client.ask(read("c"))).toEqual([result("c")]);
      client.end();
    });

    it("is refused while any document cannot be read, and runs again afterwards", async () => {
      await using rig = await start();
      const { read } = statements();
      const client = await rig.logIn();
      await rig.road.spoilDocuments();
      expect(await client.ask(read("a"))).toEqual([{ kind: "error", native: rig.native("policy/unavailable") }]);
      await rig.road.removeDocument("faulty.json");
      expect(await client.ask(read("b"))).toEqual([result("b")]);
      client.end();
    });

    it("is recorded with its own session's alone", async () => {
      await using rig = await start();
      const clients = await Promise.all(Array.from({ length: 8 }, () => rig.logIn()));
      await Promise.all(
        clients.map(async (client, index) => {
          for (let round = 0; round < 5; round += 1) await client.ask(statements().read(`s${index}r${round}`));
          await client.quit();
        }),
      );
      await rig.allGone();
      const texts = rig.recorded().map((lines) => lines.flatMap(({ text }) => text ?? []).join());
      const expected = clients.map((_, index) =>
        [0, 1, 2, 3, 4].map((round) => statements().read(`s${index}r${round}`)).join(),
      );
      expect(new Set(texts)).toEqual(new Set(expected));
    });
  });
}

function newestOf(rig: GatewayRig): ReturnType<GatewayRig["recorded"]>[number] {
  return rig.recorded().at(-1) ?? [];
}

function result(value: string): Answer {
  return { kind: "result", value };
}
