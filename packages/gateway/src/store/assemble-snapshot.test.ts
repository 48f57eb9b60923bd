import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleSnapshot, type Assembled } from "./assemble-snapshot.ts";
import type { StoreSnapshot } from "./store.ts";

function assemble(files: Readonly<Record<string, string>>): Assembled {
  return assembleSnapshot(
    Object.entries(files).map(([name, text]) => ({ name, text })),
    ["postgres", "mysql"],
  );
}

function problems(text: string): readonly string[] {
  const assembled = assemble({ "a.yaml": text });
  return assembled.kind === "faulty" ? assembled.problems : [];
}

function snapshot(files: Readonly<Record<string, string>>): StoreSnapshot {
  const assembled = assemble(files);
  if (assembled.kind === "faulty") throw new Error(assembled.problems.join("\n"));
  return assembled.snapshot;
}

const fingerprint = Array(32).fill("AB").join(":");
const connection = (name: string, protocol = "postgres"): string =>
  `connection: ${name}\nprotocol: ${protocol}\nagentGroup: eu\nserver: { host: db, port: 5432 }\ncredential: { user: app }\n`;
const policy = (name: string, more = "rules: [{ allow: [read] }]"): string =>
  `policy: ${name}\nwho: { groups: [dba] }\nwhere: { connections: ["*"] }\n${more}\n`;

describe("assembleSnapshot", () => {
  it("gathers all documents of all files, in an order of their own", () => {
    const found = snapshot({
      "b.yaml": `${policy("second")}---\n${connection("shop")}`,
      "a/c.yml": `${policy("first")}---\nagent: eu-1\ngroup: eu\ncertificate: ${fingerprint}\n`,
      "d.json": JSON.stringify({
        identityProvider: "idp",
        issuer: "https://idp.example.com",
        audience: "sallyport",
      }),
    });
    expect(found.policies.map((one) => one.policy)).toEqual(["first", "second"]);
    expect([...found.connections.keys()]).toEqual(["shop"]);
    expect(found.connections.get("shop")?.server.tls).toBe("verify-full");
    expect(found.agents[0]?.agent).toBe("eu-1");
    expect(found.identityProviders[0]?.principal?.name).toBe("sub");
  });

  it("has a version that changes with any text and any name, and with nothing else", () => {
    const versions = [
      { "a.yaml": policy("x") },
      { "a.yaml": `${policy("x")}# a word\n` },
      { "b.yaml": policy("x") },
      { "a.yaml": policy("x"), "b.yaml": "# nothing yet" },
      {},
    ].map((files) => snapshot(files).version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(snapshot({ "a.yaml": policy("x") }).version).toBe(versions[0]);
  });

  it.each([
    [
      "a wrong verb",
      policy("p", "rules:\n  - allow: [read, reed]"),
      'a.yaml:5: policy "p": rules[0].allow[1]: "reed" is not known; did you mean "read"?',
    ],
    [
      "unknown by name",
      policy("p", "rules: [{ allow: [unknown] }]"),
      'a.yaml:4: policy "p": rules[0].allow[0]: "unknown" is not known; choose one of: read, insert, update, delete, merge, truncate, create, alter, drop, grant, revoke, call, copy-in, copy-out, explain, session, transaction, lock, listen, notify, admin, *.',
    ],
    [
      "a pattern where none is known",
      `policy: p\nwho: { groups: ["*"], claims: { ref: "refs/*" } }\nwhere: { connections: [x] }\nrules: [{ deny: [drop] }]\n`,
      'a.yaml:2: policy "p": who.groups[0]: must not contain *, as it is compared exactly; only principals, connections and databases are patterns.',
    ],
    [
      "a mistyped key",
      policy("p", "rules: [{ deny: [drop], becuase: x }]"),
      'a.yaml:4: policy "p": rules[0].becuase: is not a known key; did you mean "because"?',
    ],
    [
      "a key of a later version",
      policy("p", "rules: [{ allow: [read], on: [x] }]"),
      'a.yaml:4: policy "p": rules[0].on[0]: must be written as schema.table or database.schema.table.',
    ],
    [
      "a rule of a later version",
      policy("p", "rules: [{ ask: [read] }]"),
      'a.yaml:4: policy "p": rules[0].ask: is not a known key; here are known: allow, on, except, columns, exceptColumns, functions, limit, deny, if, because.',
    ],
    [
      "both in one rule",
      policy("p", "rules: [{ allow: [read], deny: [drop] }]"),
      'a.yaml:4: policy "p": rules[0].deny: cannot stand beside the other keys here; write two entries.',
    ],
    [
      "no rule",
      policy("p", "rules: [{}]"),
      'a.yaml:4: policy "p": rules[0]: must be a rule: either allow or deny with a list of verbs.',
    ],
    [
      "a word for a rule",
      policy("p", "rules: [read]"),
      'a.yaml:4: policy "p": rules[0]: must be a rule: either allow or deny with a list of verbs.',
    ],
    [
      "a word for a list",
      policy("p", "rules: [{ allow: read }]"),
      'a.yaml:4: policy "p": rules[0].allow: must be a list, but is a text.',
    ],
    [
      "a missing key",
      "policy: p\nwho: { groups: [x] }\nrules: [{ allow: [read] }]\n",
      'a.yaml:1: policy "p": where: is missing; add it.',
    ],
    [
      "nobody",
      "policy: p\nwho: {}\nwhere: { connections: [x] }\nrules: [{ allow: [read] }]\n",
      'a.yaml:2: policy "p": who: must say who: principals, groups, kinds or claims.',
    ],
    [
      "an unknown zone",
      policy("p", 'rules: [{ allow: [read] }]\nwhen:\n  hours: "08:00-20:00 Mars/Base"'),
      'a.yaml:6: policy "p": when.hours: names the time zone "Mars/Base", which is not known; use an IANA name such as Europe/Berlin or UTC.',
    ],
    [
      "no date",
      policy("p", "rules: [{ allow: [read] }]\nwhen: { until: 2027-02-30 }"),
      'a.yaml:5: policy "p": when.until: must be a date such as 2027-01-31, or a time such as 2027-01-31T18:00:00+01:00.',
    ],
    [
      "no duration",
      policy("p", "rules: [{ allow: [read] }]\nsession: { idle: 0s }"),
      'a.yaml:5: policy "p": session.idle: must be longer than nothing and at most 24d.',
    ],
    [
      "a number for a text",
      "connection: 5\n",
      "a.yaml:1: connection: connection: must be a text, but is a number. Put it in quotes.",
    ],
    ["another kind", "polcy: p\n", 'a.yaml:1: "polcy" is no kind of document; did you mean "policy"?'],
    [
      "a kind in second place",
      "who: {}\npolicy: p\n",
      'a.yaml:1: "policy" says what this document is, so it must be its first key.',
    ],
    ["an empty file", " \n", "a.yaml: is empty; write a document into it, or delete it."],
    [
      "no document",
      "- 1\n",
      "a.yaml:1: a document must be a group of keys, the first of which is one of: connection, identityProvider, agent, policy.",
    ],
    [
      "an unknown protocol",
      connection("shop", "oracle"),
      'a.yaml:1: connection "shop": protocol: "oracle" is not known; this gateway speaks postgres, mysql.',
    ],
    [
      "a second name",
      `${policy("p")}---\n${policy("p")}`,
      'a.yaml:6: the policy "p" is also in a.yaml:1; keep one of them.',
    ],
    [
      "a second certificate",
      `agent: a\ngroup: g\ncertificate: ${fingerprint}\n---\nagent: b\ngroup: g\ncertificate: ${fingerprint}\n`,
      'a.yaml:5: the certificate of agent "b" is also in a.yaml:1; keep one of them.',
    ],
    [
      "a ticket",
      "ticket: bob~abc123\nconnection: shop\n",
      "a.yaml:1: tickets are no documents; they are minted, and kept by the gateway itself.",
    ],
    [
      "a foreign key",
      "agent: a\nconstructor: 1\n",
      'a.yaml:2: agent "a": constructor: is not a known key; here are known: agent, group, certificate.',
    ],
  ])("explains %s", (_, text, sentence) => {
    expect(problems(text)).toContain(sentence);
  });

  it("names every problem of every file at once", () => {
    const assembled = assemble({
      "a.yaml": policy("p", "rules: [{ allow: [x] }, { allow: [y] }]"),
      "b.yaml": "a: [",
      "c.yaml": policy("q"),
    });
    expect(assembled).toMatchObject({
      kind: "faulty",
      problems: [expect.stringMatching(/^a/), expect.stringMatching(/^a/), expect.stringMatching(/^b/)],
    });
  });

  it("repeats no credential that was written where its reference belongs", () => {
    const found = problems(connection("shop").replace("{ user: app }", "{ user: app, password: hunter2 }"));
    expect(found).toEqual([
      'a.yaml:5: connection "shop": credential.password: must be a reference: env:NAME, file:PATH or command:LINE on the agent\'s host, or sealed:NAME of the gateway.',
    ]);
  });

  it("does not lose itself in a document that is wrong all over", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join("\n");
    const verbs = Array.from({ length: 20_000 }, () => "x").join();
    expect(problems(policy("p", `rules: [{ allow: [${verbs}] }]\n${keys}`)).length).toBeLessThan(100);
  });

  it("throws at no document", () => {
    const key = fc.constantFrom(
      "policy",
      "who",
      "where",
      "when",
      "rules",
      "allow",
      "connection",
      "server",
      "agent",
      "claims",
      "x",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, 1, "read", "", true),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (document) => {
        const assembled = assemble({ "a.json": JSON.stringify(document) });
        if (assembled.kind === "complete") expect(document).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
