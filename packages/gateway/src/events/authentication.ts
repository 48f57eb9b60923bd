import type { ClientHello } from "@sallyport/shared/adapter";
import type { ErrorCode, GatewayError } from "@sallyport/shared/errors";
import type { AuthorizedLogin } from "../login/authorize-login.ts";
import type { LoginPeer } from "../login/login-peer.ts";
import { claimedConnection } from "../login/login-report.ts";
import { eventText, ocsfClaimedUser, ocsfEndpoint, ocsfUser } from "./event-parties.ts";
import type { EventDraft, OcsfAttributes, Severity } from "./ocsf-event.ts";

const logon = { id: 1, name: "Logon" };

/** The schema's numbers of ways to prove who one is; it has none for a ticket. */
const protocols = {
  token: { auth_protocol_id: 4, auth_protocol: "OpenID" },
  ticket: { auth_protocol_id: 99, auth_protocol: "ticket" },
} as const;

/** What is worse, or less bad, than a login that failed. */
const severities: Partial<Record<ErrorCode, Severity>> = {
  "login/rate-limited": "High",
  "login/failed": "Medium",
  "login/no-access": "Medium",
  "internal/unexpected": "High",
};

/** That somebody was let in, and where. */
export function loginAdmitted(login: AuthorizedLogin, peer: LoginPeer): EventDraft {
  const { principal, credential, connection, database } = login;
  const { onBehalfOf } = principal;
  return {
    class: "authentication",
    activity: logon,
    severity: "Informational",
    status: "Success",
    attributes: {
      ...attributesOf(peer, connection.connection),
      user: ocsfUser(principal),
      ...protocols[credential.kind],
    },
    unmapped: { protocol: peer.protocol, connection: connection.connection, database, on_behalf_of: onBehalfOf },
  };
}

/** That a login was refused, and why. Whom it was about is known by the client's own word only. */
export function loginRefused(hello: ClientHello, peer: LoginPeer, error: GatewayError): EventDraft {
  const connection = claimedConnection(hello, peer.listenerConnection);
  const claimed = connection === undefined ? undefined : eventText(connection, 128);
  return {
    class: "authentication",
    activity: logon,
    severity: severities[error.code] ?? "Low",
    status: "Failure",
    attributes: {
      ...attributesOf(peer, claimed),
      user: ocsfClaimedUser(hello.user),
      status_code: error.code,
      status_detail: detailOf(error),
    },
    unmapped: { protocol: peer.protocol, connection: claimed },
  };
}

function attributesOf(peer: LoginPeer, connection: string | undefined): OcsfAttributes {
  return {
    src_endpoint: ocsfEndpoint(peer.address),
    service: { name: connection ?? "unknown" },
    session: { uid: peer.session },
    is_remote: true,
    logon_type_id: 3,
    logon_type: "Network",
  };
}

/** The text of an error that nobody expected may hold anything. */
function detailOf(error: GatewayError): string {
  return error.code === "internal/unexpected"
    ? error.summary
    : eventText(error.message.replace(`[${error.code}] `, ""));
}
