import { GatewayError } from "@sallyport/shared/errors";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import { encodeDocument, type BsonObject } from "../bson/encode-document.ts";
import { find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { isTruthy, stringOf, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import { createMongoFramer } from "../framer.ts";
import { decodeOpMsg, encodeOpMsg, msgFlag } from "../messages/op-msg.ts";

/** No reply of a login comes near it, nor one that tells of a single session's operations. */
const MAX_REPLY_BYTES = 1024 * 1024;

/** A server's no, in its own words, which are for the log. */
export interface ServerRefusal {
  readonly code: number;
  readonly message: string;
}

/** What a server answers. */
export type ServerReply =
  | { readonly kind: "ok"; readonly body: RawDocument }
  | { readonly kind: "error"; readonly refusal: ServerRefusal };

/** Commands of the agent's own on a connection where nothing else runs, one at a time. */
export class ServerCommands {
  readonly #stream: Pick<ByteStream, "read" | "write">;
  readonly #framer = createMongoFramer("server");
  #requests = 0;

  constructor(stream: Pick<ByteStream, "read" | "write">) {
    this.#stream = stream;
  }

  /** Runs a command in a database, `admin` unless another is named. Throws where what comes back is no answer to it. */
  async ask(command: BsonObject, database = "admin"): Promise<ServerReply> {
    const requestId = ++this.#requests;
    const body = encodeDocument({ ...command, $db: database });
    await this.#stream.write(encodeOpMsg({ requestId, responseTo: 0, body }));
    const reply = await this.#receive(requestId);
    if (isTruthy(find(reply, "ok"))) return { kind: "ok", body: reply };
    const code = valueIn(reply, "code", wholeNumberOf) ?? 0;
    return { kind: "error", refusal: { code, message: valueIn(reply, "errmsg", stringOf) ?? "" } };
  }

  async #receive(requestId: number): Promise<RawDocument> {
    const framer = this.#framer;
    for (let received = 0; ;) {
      const chunk = await this.#stream.read();
      if (chunk === undefined) throw new GatewayError("server/lost", "the server hung up");
      received += chunk.length;
      if (received > MAX_REPLY_BYTES) throw malformed("its reply is too long");
      framer.push(chunk);
      const frame = framer.next();
      if (frame === undefined) continue;
      const message = decodeOpMsg(frame.chunk, frame.start, frame.end, "server/malformed");
      if (message.responseTo !== requestId) throw malformed("it answers what it was not asked");
      if ((message.flags & msgFlag.moreToCome) !== 0 || !framer.isEmpty)
        throw malformed("it says more than it was asked");
      return message.body;
    }
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("server/malformed", `the server does not speak as a server: ${what}`);
}
