import type { InspectedSession } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Progress } from "@sallyport/shared/stream/progress";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { capability, flagsOf, hasCapability } from "../messages/capabilities.ts";
import { fact, loginSetting, numberIn } from "../server-facts.ts";
import type { Dialect } from "../statements/dialect.ts";
import type { Exchange, Reply, RunningStatement } from "./exchange.ts";
import { PreparedStatements, type PreparedStatement } from "./prepared-statements.ts";
import { mayRename } from "./resolve-names.ts";
import { SessionModes } from "./session-modes.ts";

/** What client and server agreed on at their logins, as far as it decides how messages are laid out. */
export interface Layout {
  readonly client: number;
  readonly deprecateEof: boolean;
  readonly queryAttributes: boolean;
  readonly localFiles: boolean;
  /** Whether the client reads the state in an OK; the server always tells it. */
  readonly clientTracks: boolean;
}

/** What both ends must have agreed on with the gateway alike: messages are passed on as they are. */
const alike = flagsOf(capability.DEPRECATE_EOF, capability.QUERY_ATTRIBUTES);

/** What both directions of one session know together. Only the inspector's two halves touch it. */
export class Conversation {
  readonly session: InspectedSession;
  readonly layout: Layout;
  readonly progress = new Progress();
  readonly prepared = new PreparedStatements();
  readonly modes: SessionModes;
  /** The variables of which the server tells changes. */
  readonly trackedVariables: string;
  exchange: Exchange = { at: "idle" };
  /** The sequence id of the next packet, whoever sends it. */
  nextSequence = 0;
  /** Whether the client may send several statements in one text. */
  multi: boolean;
  /** What the COM_STMT_PREPARE that runs is of. */
  preparing: Pick<PreparedStatement, "statement" | "text" | "modes"> | undefined;
  /** As the server's last answer said. */
  inTransaction = false;
  /** The server has said why it ends the session; the client needs no word of ours. */
  serverSaidGoodbye = false;

  constructor(facts: ServerFacts, session: InspectedSession, { flavour }: Dialect) {
    this.session = session;
    this.layout = layoutOf(facts, session);
    const has = (flag: number): boolean => hasCapability(this.layout.client, flag);
    this.multi = has(capability.MULTI_STATEMENTS);
    this.trackedVariables = facts.settings[fact.trackedVariables] ?? "";
    this.modes = new SessionModes({ flavour, facts, ignoreSpace: has(capability.IGNORE_SPACE) });
  }

  expect(reply: Reply): void {
    this.exchange = { at: "answering", reply };
  }

  /** Expects the answer to a command of the gateway's own, whose sequence begins anew. */
  expectOwn(reply: Reply): void {
    this.expect(reply);
    this.nextSequence = 1;
  }

  /** The answer is complete: the next command may be looked at, unless one of the gateway's own went behind. */
  settle(): void {
    const behind = this.exchange.at === "idle" ? undefined : this.exchange.reply.behind;
    if (behind !== undefined) {
      this.expectOwn(behind);
      return;
    }
    this.exchange = { at: "idle" };
    this.progress.made();
  }

  /** The server has prepared what it was asked to, and calls it by this number. */
  numberGiven(number: number, parameters: number): void {
    const { preparing } = this;
    this.preparing = undefined;
    if (preparing === undefined)
      throw new GatewayError("server/malformed", "the server prepared what nobody asked for");
    this.prepared.set(number, {
      ...preparing,
      parameters,
      types: undefined,
      longValues: new Map(),
      lacksLongValues: false,
    });
  }

  /** A COM_STMT_PREPARE has failed or was refused: there is no statement that was prepared last. */
  notPrepared(): void {
    this.preparing = undefined;
    this.prepared.last = undefined;
  }

  /** The server has said OK to this statement. */
  carriedOut({ statement, modes }: RunningStatement): void {
    const { effect } = statement;
    if (mayRename(statement)) this.prepared.forgetNames();
    if (effect.kind === "modes") this.modes.apply(effect.changes);
    if (effect.kind === "deallocate") this.prepared.setNamed(effect.name, undefined);
    if (effect.kind === "prepare" && modes !== undefined) {
      this.prepared.setNamed(effect.name, { statement: effect.prepared, modes });
    }
  }

  /** It has not. A list of settings may have been carried out in part; a name that was to be prepared anew is gone. */
  notCarriedOut({ statement }: RunningStatement): void {
    const { effect } = statement;
    if (mayRename(statement)) this.prepared.forgetNames();
    if (effect.kind === "modes") this.modes.doubt(effect.changes);
    if (effect.kind === "prepare") this.prepared.setNamed(effect.name, undefined);
  }
}

function layoutOf(facts: ServerFacts, { hello }: InspectedSession): Layout {
  const client = numberIn(hello.settings, loginSetting.capabilities);
  const server = numberIn(facts.settings, fact.negotiated);
  if (client === undefined || server === undefined) {
    throw new GatewayError("server/malformed", "it is not known what client and server negotiated");
  }
  if (((client ^ server) & alike) !== 0 || !hasCapability(server, capability.SESSION_TRACK)) {
    throw new GatewayError("server/malformed", "client and server negotiated what does not fit together");
  }
  const has = (flag: number): boolean => hasCapability(client, flag);
  return {
    client,
    deprecateEof: has(capability.DEPRECATE_EOF),
    queryAttributes: has(capability.QUERY_ATTRIBUTES),
    localFiles: has(capability.LOCAL_FILES),
    clientTracks: has(capability.SESSION_TRACK),
  };
}
