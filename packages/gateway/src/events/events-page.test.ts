import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { eventClasses } from "./event-classes.ts";
import { eventsConfig } from "./events-config.ts";

describe("docs/events.md", async () => {
  const page = await readFile(new URL("../../../../docs/events.md", import.meta.url), "utf8");

  it("shows a configuration that is taken", () => {
    const [, example = ""] = /^```yaml\n(.*?)^```/ms.exec(page) ?? [];
    const { events } = z.object({ events: eventsConfig }).parse(parse(example));
    expect(events.to.map(({ sink }) => sink)).toEqual(["stdout", "file", "webhook", "otlp"]);
  });

  it("names every class, and no other", () => {
    const [table = ""] = page.split("Attributes that all have");
    const rows = [...table.matchAll(/^\| `([\w-]+)` \| (\d{4}) \|/gm)].map(([, name, uid]) => [name, Number(uid)]);
    const classes = Object.entries(eventClasses).map(([name, { uid }]) => [name, uid]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(classes));
  });
});

describe("a place for events", () => {
  const webhook = { sink: "webhook", url: "https://siem.example.com/in", secret: "env:EVENTS_KEY" };

  it.each([
    ["an address that is not encrypted", { ...webhook, url: "http://siem.example.com/in" }],
    ["an address with a password", { ...webhook, url: "https://a:b@siem.example.com/in" }],
    ["a secret that is not a reference", { ...webhook, secret: "canary" }],
    [
      "a header that is not a reference",
      { sink: "otlp", url: "https://otel.example.com/v1/logs", authorization: "Bearer x" },
    ],
    ["a class that there is not", { sink: "stdout", classes: ["logins"] }],
    ["a kind that there is not", { sink: "syslog" }],
    ["a key of another kind", { sink: "stdout", path: "x" }],
  ])("with %s is refused", (_, to) => {
    expect(eventsConfig.safeParse({ to: [to] }).success).toBe(false);
  });

  it("may be on this host without encryption, and has bounds of its own", () => {
    const { to } = eventsConfig.parse({ to: [{ ...webhook, url: "http://127.0.0.1:8080/" }] });
    expect(to).toMatchObject([{ queueEvents: 10_000 }]);
  });
});
