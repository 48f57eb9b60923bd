import { create } from "@bufbuild/protobuf";
import { GatewayError } from "../errors.ts";
import { Secret } from "../secret.ts";
import {
  CredentialReferenceSchema,
  ServerAddressSchema,
  SessionRequestSchema,
  type ServerAddress as ServerAddressMessage,
  type SessionRequest,
} from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";
import type { CredentialReference, OpenSession, ServerAddress, ServerTlsMode } from "./open-session.ts";

const tlsModes: readonly ServerTlsMode[] = ["disable", "require", "verify-ca", "verify-full"];

/** `OpenSession` as it travels. */
export function requestMessageOf(request: OpenSession): SessionRequest {
  const { session, protocol, connection, agentGroup, server, credential, database, principal } = request;
  const { settings, options } = request;
  return create(SessionRequestSchema, {
    session,
    protocol,
    connection,
    server: create(ServerAddressSchema, server),
    credential: create(CredentialReferenceSchema, {
      user: credential.user,
      ...(credential.password === undefined ? {} : { password: credential.password }),
      ...(credential.secret === undefined ? {} : { secret: credential.secret.reveal() }),
    }),
    ...(database === undefined ? {} : { database }),
    ...(agentGroup === undefined ? {} : { agentGroup }),
    principal,
    settings: { ...settings },
    options: { ...options },
  });
}

/** Throws `protocol/malformed` where the other end left out or misnamed what a session needs. */
export function requestOf(message: SessionRequest | undefined): OpenSession {
  const { server, credential } = message ?? {};
  if (message === undefined || server === undefined || credential === undefined) {
    throw new GatewayError("protocol/malformed", "a session was asked for without server or credential");
  }
  const reference: CredentialReference = {
    user: credential.user,
    ...(credential.password === undefined ? {} : { password: credential.password }),
    ...(credential.secret === undefined ? {} : { secret: new Secret(credential.secret) }),
  };
  return {
    session: message.session,
    protocol: message.protocol,
    connection: message.connection,
    ...(message.agentGroup === undefined ? {} : { agentGroup: message.agentGroup }),
    server: addressOf(server),
    credential: reference,
    database: message.database,
    principal: message.principal,
    settings: message.settings,
    options: message.options,
  };
}

function addressOf(message: ServerAddressMessage): ServerAddress {
  const tls = tlsModes.find((mode) => mode === message.tls);
  if (tls === undefined) throw new GatewayError("protocol/malformed", `"${message.tls}" is no TLS mode`);
  const { host, port, caFile, certificateFile, keyFile } = message;
  return {
    host,
    port,
    tls,
    ...(caFile === undefined ? {} : { caFile }),
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}
