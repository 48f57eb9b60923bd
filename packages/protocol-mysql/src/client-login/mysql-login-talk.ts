import type { ClientHello, LoginPermit, LoginTalk, TicketVerifier } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { capability, hasCapability } from "../messages/capabilities.ts";
import { encodeOkPacket, OK } from "../messages/ok-packet.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { fact, loginSetting, numberIn } from "../server-facts.ts";
import { receiveProof, receiveToken, type Asked, type FirstAnswer } from "./ask-secret.ts";
import { tellClient, type ClientLogin } from "./tell-client.ts";

/** What the greeting, or a command to log in anew, settled with a client. */
export interface Greeted extends ClientLogin {
  readonly hello: ClientHello;
  readonly first: FirstAnswer | undefined;
}

/** How MySQL words a login. A question that fails has told the client why and closed the connection when it rejects. */
export class MysqlLoginTalk implements LoginTalk {
  readonly kind = "login";
  readonly hello: ClientHello;
  readonly #greeted: Greeted;
  #told: Promise<void> | undefined;

  constructor(greeted: Greeted) {
    this.#greeted = greeted;
    this.hello = greeted.hello;
  }

  askToken(): Promise<Secret<string>> {
    return this.#ask(receiveToken);
  }

  askProof(verifier: TicketVerifier): Promise<boolean> {
    return this.#ask((asked) => receiveProof(asked, verifier));
  }

  /** The OK of the server's own login, in the layout that the client negotiated. */
  async welcome(permit: LoginPermit, { settings }: ServerFacts): Promise<void> {
    permit.spend();
    const negotiated = numberIn(this.hello.settings, loginSetting.capabilities) ?? 0;
    const state = Buffer.from(settings[fact.sessionState] ?? "", "base64");
    const ok = encodeOkPacket(
      {
        header: OK,
        affectedRows: 0n,
        lastInsertId: 0n,
        status: numberIn(settings, fact.status) ?? statusFlag.AUTOCOMMIT,
        warnings: 0,
        info: Buffer.alloc(0),
        stateChanges: state.length === 0 ? undefined : state,
      },
      { sessionTrack: hasCapability(negotiated, capability.SESSION_TRACK) },
    );
    await this.#greeted.exchange.write(ok);
  }

  /** Once: a client that was already told why gets no second answer. */
  reject(error: GatewayError): Promise<void> {
    this.#told ??= tellClient(this.#greeted, error);
    return this.#told;
  }

  async #ask<T>(question: (asked: Asked) => Promise<T>): Promise<T> {
    const { exchange, first } = this.#greeted;
    try {
      return await question({ exchange, first, encrypted: this.hello.encrypted });
    } catch (reason) {
      const error = GatewayError.from(reason);
      await this.reject(error);
      throw error;
    }
  }
}
