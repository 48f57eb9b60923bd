import type { ClientDoor, ClientHello, LoginPermit, LoginTalk, ScramVerifier } from "@sallyport/shared/adapter";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import type { ChannelBinding } from "@sallyport/shared/scram/scram-server";
import { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { MessageReader } from "../message-reader.ts";
import { authenticationCleartextPassword, authenticationOk } from "../messages/authentication.ts";
import { encodeBackendKeyData } from "../messages/backend-key-data.ts";
import { encodeParameterStatus } from "../messages/parameter-status.ts";
import { LONG_CANCEL_MINOR } from "../messages/protocol-version.ts";
import { readyForQueryIdle } from "../messages/ready-for-query.ts";
import { proveByScram } from "./scram-exchange.ts";
import { tellClient } from "./tell-client.ts";

const SHORT_SECRET_BYTES = 4;
/** As PostgreSQL 18 makes them. */
const LONG_SECRET_BYTES = 32;

/** What the greeting settled with a client. */
export interface Greeted {
  readonly stream: SocketStream;
  readonly reader: MessageReader;
  readonly hello: ClientHello;
  readonly minor: number;
  readonly channel: ChannelBinding | undefined;
  readonly mintCancelKey: ClientDoor["mintCancelKey"];
}

/** How PostgreSQL words a login. A question that fails has told the client why and closed the connection when it rejects. */
export class PgLoginTalk implements LoginTalk {
  readonly kind = "login";
  readonly hello: ClientHello;
  readonly #greeted: Greeted;
  #told: Promise<void> | undefined;

  constructor(greeted: Greeted) {
    this.#greeted = greeted;
    this.hello = greeted.hello;
  }

  askToken(): Promise<Secret<string>> {
    return this.#ask(async () => {
      await this.#greeted.stream.write(authenticationCleartextPassword);
      const response = await this.#nextResponse();
      const token = new Secret(response.string());
      response.expectEnd();
      return token;
    });
  }

  askProof(verifier: ScramVerifier): Promise<boolean> {
    const { stream, channel } = this.#greeted;
    return this.#ask(() => proveByScram(stream, () => this.#nextResponse(), verifier, channel));
  }

  async welcome(permit: LoginPermit, facts: ServerFacts): Promise<void> {
    permit.spend();
    const { stream, minor, mintCancelKey } = this.#greeted;
    const statuses = Object.entries(facts.settings).map(([name, value]) => encodeParameterStatus({ name, value }));
    const cancelKey = mintCancelKey(minor >= LONG_CANCEL_MINOR ? LONG_SECRET_BYTES : SHORT_SECRET_BYTES);
    await stream.write(
      Buffer.concat([authenticationOk, ...statuses, encodeBackendKeyData(cancelKey), readyForQueryIdle]),
    );
  }

  /** Once: a client that was already told why gets no second answer. */
  reject(error: GatewayError): Promise<void> {
    this.#told ??= tellClient(this.#greeted.stream, error);
    return this.#told;
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (reason) {
      const error = GatewayError.from(reason);
      await this.reject(error);
      throw error;
    }
  }

  async #nextResponse(): Promise<ByteReader> {
    const message = await this.#greeted.reader.tagged("p");
    // psql does so to ask its user for the password, and connects again
    if (message === undefined) throw new GatewayError("client/gone", "the client hung up instead of answering");
    return message.body;
  }
}
