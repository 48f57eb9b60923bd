import { describe, expect, it } from "vitest";
import { startScriptedServer } from "../../../../test/support/scripted-server.ts";
import { dialTo, serverRequest } from "../../../../test/support/server-request.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { encodeParameterStatus } from "../messages/parameter-status.ts";
import { loginToServer } from "./login-to-server.ts";

const SETTING = "client_connection_check_interval";

/** Everything from AuthenticationOk to the first ReadyForQuery. */
const welcome = Buffer.concat([
  encodeMessage("R", (writer) => writer.int32(0)),
  encodeParameterStatus({ name: "server_version", value: "13.18" }),
  encodeParameterStatus({ name: "client_encoding", value: "UTF8" }),
  encodeParameterStatus({ name: "standard_conforming_strings", value: "on" }),
  encodeMessage("Z", (writer) => writer.uint8("I".charCodeAt(0))),
]);

function refusal(code: string, message: string, ...more: readonly string[]): Buffer {
  return encodeMessage("E", (writer) => {
    for (const field of ["SFATAL", "VFATAL", `C${code}`, `M${message}`, ...more]) {
      writer.uint8(field.charCodeAt(0)).string(field.slice(1));
    }
    return writer.uint8(0);
  });
}

describe("the watch on the agent's own connection", () => {
  it("is asked for", async () => {
    await using server = await startScriptedServer([welcome]);
    const { stream } = await loginToServer(serverRequest(server.port), undefined, dialTo(server.port));
    expect(server.heard.map(String)).toEqual([expect.stringContaining(`${SETTING}\0`)]);
    stream.destroy();
  });

  it.each([
    ["does not know it, as PostgreSQL 13", refusal("42704", `unrecognized configuration parameter "${SETTING}"`)],
    ["says so in its own language", refusal("42704", `Konfigurationsparameter »${SETTING}« unbekannt`)],
    ["cannot do it", refusal("22023", `invalid value for parameter "${SETTING}": 2000`)],
    ["is a pooler that passes nothing on", refusal("08P01", `unsupported startup parameter: ${SETTING}`)],
    [
      "names it in the detail, as a gateway",
      refusal("22023", "A setting is not allowed.", `DThe setting "${SETTING}" …`),
    ],
  ])("is done without where the server %s", async (_, refused) => {
    await using server = await startScriptedServer([refused, undefined], [welcome]);
    const dial = dialTo(server.port);
    const { facts, stream } = await loginToServer(serverRequest(server.port), undefined, dial);
    expect(facts.version).toBe("13.18");
    expect(server.heard.map((heard) => heard.includes(SETTING))).toEqual([true, false]);
    await dial.streams[0]?.closed;
    stream.destroy();
  });

  it("is not what other refusals are about: they are final", async () => {
    const refused = refusal("42704", 'unrecognized configuration parameter "other"');
    await using server = await startScriptedServer([refused]);
    const login = loginToServer(serverRequest(server.port), undefined, dialTo(server.port));
    await expect(login).rejects.toMatchObject({ code: "login/setting-refused" });
    expect(server.heard).toHaveLength(1);
  });
});
