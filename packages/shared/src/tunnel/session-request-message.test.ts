import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { errorOf, failureOf } from "./failure-message.ts";
import { SessionRequestSchema } from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";
import type { OpenSession } from "./open-session.ts";
import { requestMessageOf, requestOf } from "./session-request-message.ts";

const full: OpenSession = {
  session: "s1",
  protocol: "pg",
  connection: "shop",
  server: {
    host: "db.internal",
    port: 5432,
    tls: "verify-full",
    caFile: "/ca",
    certificateFile: "/crt",
    keyFile: "/key",
  },
  credential: { user: "app", password: "env:PASSWORD" },
  database: "shop",
  principal: "alice",
  settings: { application_name: "psql" },
  options: { readPreference: "secondary" },
};

describe("a session request on the wire", () => {
  it.each([
    ["with everything", full],
    [
      "with what may be left out left out",
      { ...full, server: { host: "h", port: 1, tls: "disable" }, credential: { user: "u" }, database: undefined },
    ],
  ] satisfies [string, OpenSession][])("arrives as it was sent, %s", (_what, request) => {
    const bytes = toBinary(SessionRequestSchema, requestMessageOf(request));
    expect(requestOf(fromBinary(SessionRequestSchema, bytes))).toEqual(request);
  });

  it("is refused without a server, and with a TLS mode that there is none of", () => {
    expect(() => requestOf(undefined)).toThrow(GatewayError);
    const message = requestMessageOf(full);
    if (message.server !== undefined) message.server.tls = "prefer";
    expect(() => requestOf(message)).toThrow(/prefer/);
  });
});

describe("an error on the wire", () => {
  it("keeps everything but its cause", () => {
    const error = new GatewayError("server/login-failed", "28P01", {
      detail: "shown",
      hint: "do this",
      cause: new Error("hidden"),
    });
    const arrived = errorOf(failureOf(error));
    expect(arrived).toMatchObject({ code: error.code, message: error.message, detail: "shown", hint: "do this" });
    expect(arrived.cause).toBeUndefined();
  });

  it("of a later version becomes one of this version, which names it", () => {
    const failure = failureOf(new GatewayError("server/lost", "x"));
    failure.code = "server/on-fire";
    const arrived = errorOf(failure);
    expect(arrived.code).toBe("internal/unexpected");
    expect(arrived.message).toContain("server/on-fire");
  });
});
