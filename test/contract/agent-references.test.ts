import { createSessionOpener } from "@sallyport/agent/session-opener";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { expect, it } from "vitest";
import { memoryLog } from "../support/memory-log.ts";
import { toyAdapter } from "../toy/toy-adapter.ts";

it.each<[string, Partial<ServerAddress>]>([
  ["an authority", { caFile: "/dev/zero" }],
  ["a certificate", { certificateFile: "/etc/hostname" }],
  ["a key", { keyFile: "/etc/hostname" }],
])("an agent reads %s only from where its own configuration lets it", async (_what, files) => {
  const opener = createSessionOpener({
    adapters: [toyAdapter],
    allow: ["127.0.0.1:*"],
    credentials: ["file:/run/secrets/*"],
    log: memoryLog(),
  });
  const opening = opener.open(
    {
      session: "s",
      protocol: toyAdapter.id,
      connection: "c",
      server: { host: "127.0.0.1", port: 1, tls: "verify-full", ...files },
      credential: { user: "u" },
      database: undefined,
      principal: "p",
      settings: {},
      options: {},
    },
    new AbortController().signal,
  );
  await expect(opening).rejects.toMatchObject({ code: "agent/credential-unavailable" });
});
