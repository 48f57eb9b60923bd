import type { Dial } from "@sallyport/shared/adapter";
import { dialWithin } from "@sallyport/shared/dial/dial-within";
import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { elementsOf, find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, stringOf, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import { authenticate, type ServerCredential } from "./authenticate.ts";
import type { MemberAddress } from "./find-member.ts";
import { greetMember } from "./greet-member.ts";

const CANCEL_MS = 5_000;

/** What is to be cancelled, where, and with what. */
export interface Cancellation {
  readonly request: OpenSession;
  /** The name by which the server knows the session's connection. */
  readonly application: string;
  readonly credential: ServerCredential;
  readonly address: MemberAddress;
}

/**
 * Stops what the session's connection runs, by a login of its own with the same credential: an account may see and kill what it
 * runs itself. A server that has no such commands, or keeps them from the account, stops by itself once it sees that the
 * connection is gone. Cursors stay: a client may go on with one over another connection of its pool.
 */
export function cancelOnServer(cancellation: Cancellation, dial: Dial): Promise<void> {
  const { request, application, credential, address } = cancellation;
  return dialWithin(
    CANCEL_MS,
    tookTooLong,
    () => dial(address),
    async (stream) => {
      const as = { request, application: "sallyport cancel", credential };
      const { commands, hello } = await greetMember(stream, address, as);
      await authenticate(commands, credential, hello.mechanisms);
      const running = await commands.ask({ currentOp: 1, $ownOps: true, appName: application });
      if (running.kind === "ok") {
        for (const op of operationsOf(running.body, application)) await commands.ask({ killOp: 1, op });
      }
      stream.destroy();
    },
  );
}

/** The numbers of a connection's operations; routers put the shard's name in front. */
function operationsOf(reply: RawDocument, application: string): readonly (number | string)[] {
  const running = valueIn(reply, "inprog", arrayOf);
  if (running === undefined) return [];
  return [...elementsOf(running)].flatMap((element) => {
    const operation = documentOf(element);
    if (operation === undefined || valueIn(operation, "appName", stringOf) !== application) return [];
    const id = find(operation, "opid");
    const op = id && (wholeNumberOf(id) ?? stringOf(id));
    return op === undefined ? [] : [op];
  });
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server did not take a killOp within ${CANCEL_MS} ms`);
}
