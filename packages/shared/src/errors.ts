/** When a client may try again: never as it stands, on the same connection, or on a new one. */
export type Retry = "never" | "same-connection" | "new-connection";

/** What every code means to a client: one safe sentence, the next step, and whether trying again helps. */
export interface ErrorSpec {
  readonly summary: string;
  readonly hint: string;
  readonly retry: Retry;
}

/** The one error vocabulary. Adapters map every code to a native error; a new code does not compile until they do. */
export const errorTable = {
  "protocol/malformed": {
    summary: "The message could not be read.",
    hint: "Check that the client speaks this protocol and nothing between rewrites it.",
    retry: "never",
  },
  "protocol/too-large": {
    summary: "The message is larger than this gateway accepts.",
    hint: "Send less at once, or ask the gateway's operator to raise the limit.",
    retry: "never",
  },
  "protocol/unsupported": {
    summary: "The gateway does not relay this protocol message.",
    hint: "Use ordinary statements instead.",
    retry: "never",
  },
  "protocol/out-of-order": {
    summary: "The message is not allowed at this point of the conversation.",
    hint: "This is a fault of the client's driver; report it with the driver's version.",
    retry: "new-connection",
  },
  "login/failed": {
    summary: "Login failed: the token or ticket is not valid for this user.",
    hint: "Get a fresh token or ticket and check the user name. The gateway's log names the exact reason.",
    retry: "new-connection",
  },
  "login/unavailable": {
    summary: "The credential cannot be checked at the moment.",
    hint: "Try again shortly; the gateway's log says which identity provider does not answer.",
    retry: "new-connection",
  },
  "login/timeout": {
    summary: "The login took too long.",
    hint: "Connect again and send the credential at once.",
    retry: "new-connection",
  },
  "login/rate-limited": {
    summary: "Too many failed logins.",
    hint: "Wait a minute before the next attempt.",
    retry: "new-connection",
  },
  "login/too-many-connections": {
    summary: "Too many connections.",
    hint: "Close connections that are not in use, or ask the gateway's operator to raise the limit.",
    retry: "new-connection",
  },
  "login/encryption-required": {
    summary: "This gateway accepts only encrypted connections from other hosts.",
    hint: "Turn on TLS in the client (for example sslmode=verify-full).",
    retry: "new-connection",
  },
  "login/setting-refused": {
    summary: "A setting sent at login is not allowed.",
    hint: "Leave it out of the connection string.",
    retry: "never",
  },
  "login/no-access": {
    summary: "No policy gives access to this connection.",
    hint: "Check the connection's name, or ask for access.",
    retry: "never",
  },
  "policy/denied": {
    summary: "Policy does not allow this statement.",
    hint: "Ask the owner of the policy if you need it.",
    retry: "same-connection",
  },
  "policy/unreadable": {
    summary: "The statement could not be understood, so it was not run.",
    hint: "Check its syntax and the names in it. What the gateway cannot follow is refused; its log says so where it cannot read the database's objects.",
    retry: "same-connection",
  },
  "policy/unavailable": {
    summary: "Policy cannot be read at the moment, so nothing is allowed.",
    hint: "Tell the gateway's operator; its log names the document at fault.",
    retry: "same-connection",
  },
  "store/unavailable": {
    summary: "The gateway cannot reach its own database at the moment, so nobody new is let in.",
    hint: "Try again shortly; sessions that are open go on. The gateway's log says why the database does not answer.",
    retry: "new-connection",
  },
  "store/conflict": {
    summary: "Somebody else has changed this in the meantime.",
    hint: "Look at what is there now, and make the change again.",
    retry: "same-connection",
  },
  "store/invalid": {
    summary: "What was given cannot be kept as it is.",
    hint: "Correct it; the message says where.",
    retry: "never",
  },
  "client/gone": {
    summary: "The client went away.",
    hint: "Nothing needs to be done.",
    retry: "new-connection",
  },
  "session/idle": {
    summary: "The session was idle for longer than policy allows.",
    hint: "Connect again.",
    retry: "new-connection",
  },
  "session/expired": {
    summary: "The session reached the end of its time.",
    hint: "Connect again, with a fresh credential if the old one has expired.",
    retry: "new-connection",
  },
  "session/access-ended": {
    summary: "Access to this connection has ended.",
    hint: "Ask for access if you still need it.",
    retry: "never",
  },
  "session/killed": {
    summary: "An administrator has ended this session.",
    hint: "Ask the administrator why before you connect again.",
    retry: "never",
  },
  "session/limit": {
    summary: "A limit has been reached.",
    hint: "Ask for less, wait a moment, or close prepared statements and cursors that are no longer needed.",
    retry: "same-connection",
  },
  "gateway/shutting-down": {
    summary: "The gateway is shutting down.",
    hint: "Connect again; another gateway or the restarted one will answer.",
    retry: "new-connection",
  },
  "gateway/lost": {
    summary: "The gateway process that carried this session was lost.",
    hint: "Connect again; it is not known whether the last statement was carried out.",
    retry: "new-connection",
  },
  "tunnel/no-agent": {
    summary: "No agent for this connection is online.",
    hint: "Tell the gateway's operator; the agent beside the database is not connected.",
    retry: "new-connection",
  },
  "tunnel/agent-lost": {
    summary: "The agent beside the database was lost.",
    hint: "Connect again; it is not known whether the last statement was carried out.",
    retry: "new-connection",
  },
  "tunnel/agent-leaving": {
    summary: "The agent beside the database is shutting down.",
    hint: "Connect again; another agent or the restarted one will serve the connection.",
    retry: "new-connection",
  },
  "tunnel/already-held": {
    summary: "The agent has a tunnel to this gateway process already.",
    hint: "Nothing needs to be done; it looks for another one.",
    retry: "new-connection",
  },
  "agent/address-refused": {
    summary: "The agent may not dial this connection's address.",
    hint: "The address must be added to the agent's own allow-list.",
    retry: "never",
  },
  "agent/credential-unavailable": {
    summary: "The agent could not resolve the database credential.",
    hint: "Tell the gateway's operator; the agent's log names the source that failed.",
    retry: "new-connection",
  },
  "enrolment/token-unknown": {
    summary: "This is no enrolment token of this gateway.",
    hint: "Check that the whole token was copied, or ask for a new one.",
    retry: "never",
  },
  "enrolment/token-used": {
    summary: "The enrolment token has been used before.",
    hint: "Each agent needs a token of its own; start an agent that is enrolled already with its state folder. If nobody of yours used the token, revoke the agent that did.",
    retry: "never",
  },
  "enrolment/token-expired": {
    summary: "The enrolment token has expired.",
    hint: "Ask for a new one.",
    retry: "never",
  },
  "enrolment/request-refused": {
    summary: "The agent's certificate request cannot be granted.",
    hint: "The gateway's log and the detail say what is wrong with it.",
    retry: "never",
  },
  "enrolment/wrong-gateway": {
    summary: "Whoever answers at the gateway's address is not the gateway that made the token.",
    hint: "Nothing was sent. Somebody may be in the middle, or a proxy breaks TLS open; if the gateway has a new authority, ask for a new token.",
    retry: "never",
  },
  "enrolment/gateway-unreachable": {
    summary: "The gateway cannot be reached.",
    hint: "Check that its address resolves on this host and its port is open from here.",
    retry: "new-connection",
  },
  "enrolment/revoked": {
    summary: "The agent is not enrolled, or was revoked.",
    hint: "If it shall come in again, remove its state folder and enrol it with a new token.",
    retry: "never",
  },
  "enrolment/certificate-expired": {
    summary: "The agent's certificate has expired.",
    hint: "Start the agent with a new token; it renews by itself as long as it runs and reaches its gateway.",
    retry: "never",
  },
  "enrolment/state-unusable": {
    summary: "The agent's state folder cannot be used.",
    hint: "The agent's log says what is wrong with it.",
    retry: "never",
  },
  "sealing/key-unavailable": {
    summary: "The gateway's sealing key cannot be read.",
    hint: "Tell the gateway's operator; its log names the source that failed.",
    retry: "new-connection",
  },
  "sealing/not-opened": {
    summary: "A sealed secret cannot be opened with the keys that the gateway has.",
    hint: "Tell the gateway's operator: the key it was sealed under is missing, or what is stored was changed.",
    retry: "new-connection",
  },
  "sealing/unknown-credential": {
    summary: "The gateway keeps no such credential for this connection.",
    hint: "Tell the gateway's operator; the connection's document names a credential that is not there or belongs to another connection.",
    retry: "new-connection",
  },
  "server/unreachable": {
    summary: "The database could not be reached.",
    hint: "Tell the gateway's operator; the database may be down or its address wrong.",
    retry: "new-connection",
  },
  "server/tls-failed": {
    summary: "An encrypted connection to the database could not be made.",
    hint: "Tell the gateway's operator; the agent never falls back to an unencrypted one.",
    retry: "new-connection",
  },
  "server/login-failed": {
    summary: "The database did not accept the gateway's credential.",
    hint: "Tell the gateway's operator; this is not about your own credential.",
    retry: "new-connection",
  },
  "server/malformed": {
    summary: "The database sent something that could not be read.",
    hint: "Tell the gateway's operator; the address may not be a server of this protocol.",
    retry: "new-connection",
  },
  "server/unsupported": {
    summary: "The database's version is not supported.",
    hint: "Tell the gateway's operator; the documentation lists the supported versions.",
    retry: "never",
  },
  "server/lost": {
    summary: "The connection to the database was lost.",
    hint: "Connect again; it is not known whether the last statement was carried out.",
    retry: "new-connection",
  },
  "mask/mismatch": {
    summary: "The result is not what its masks were made for, so it was not passed on.",
    hint: "Run the statement again; if that does not help, tell the gateway's operator.",
    retry: "same-connection",
  },
  "recording/failed": {
    summary: "The session cannot be recorded, so nothing more is allowed.",
    hint: "Tell the gateway's operator; the disk of recordings may be full.",
    retry: "new-connection",
  },
  "api/unauthenticated": {
    summary: "The request carries no valid token.",
    hint: "Send one token of a registered identity provider as `Authorization: Bearer TOKEN`; `sallyport login` gets one.",
    retry: "never",
  },
  "api/forbidden": {
    summary: "Your role does not allow this request.",
    hint: "Ask an administrator, or log in as somebody with the role that the message names.",
    retry: "never",
  },
  "api/not-found": {
    summary: "There is nothing of this name.",
    hint: "Check the name and the path; /v1/openapi.json lists what there is.",
    retry: "never",
  },
  "api/method-not-allowed": {
    summary: "This path does not know the request's method.",
    hint: "Use one of the methods of the header Allow.",
    retry: "never",
  },
  "api/invalid": {
    summary: "The request is not what this path takes.",
    hint: "Correct what the list of errors names.",
    retry: "never",
  },
  "api/too-large": {
    summary: "The request's body is larger than this path takes.",
    hint: "Send less at once.",
    retry: "never",
  },
  "api/media-type": {
    summary: "The request's body is not JSON.",
    hint: "Send JSON with `Content-Type: application/json`.",
    retry: "never",
  },
  "api/rate-limited": {
    summary: "Too many requests.",
    hint: "Wait as many seconds as the header Retry-After says.",
    retry: "same-connection",
  },
  "api/changed": {
    summary: "The document is not the one that If-Match names.",
    hint: "Look at what is there now, and make the change again with its ETag.",
    retry: "never",
  },
  "api/key-reused": {
    summary: "This Idempotency-Key came with another request before.",
    hint: "Choose a new key for each new request.",
    retry: "never",
  },
  "api/key-running": {
    summary: "The request with this Idempotency-Key is still being carried out.",
    hint: "Send it again in a moment to get its answer.",
    retry: "same-connection",
  },
  "internal/unexpected": {
    summary: "The gateway met an unexpected condition and ended this session.",
    hint: "Tell the gateway's operator; its log has the details.",
    retry: "new-connection",
  },
} as const satisfies Readonly<Record<string, ErrorSpec>>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable).filter((code): code is ErrorCode => code in errorTable);

/** What else an error may carry. `detail` and `hint` are shown to clients; `cause` never is. */
export interface ErrorOptions {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The only error that leaves a decoder or crosses a package. Its `message` is for the log; clients see `summary`, `detail` and `hint`. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly #hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(`[${code}] ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.#hint = options.hint;
  }

  get summary(): string {
    return errorTable[this.code].summary;
  }

  get hint(): string {
    return this.#hint ?? errorTable[this.code].hint;
  }

  get retry(): Retry {
    return errorTable[this.code].retry;
  }

  /** Normalises anything that was caught. */
  static from(reason: unknown, fallback: ErrorCode = "internal/unexpected"): GatewayError {
    if (reason instanceof GatewayError) return reason;
    return new GatewayError(fallback, reason instanceof Error ? reason.message : String(reason), { cause: reason });
  }
}

/** Whether a string from another process names a code of this version's vocabulary. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}
