import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { PieceList } from "@sallyport/shared/bytes/piece-list";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import { createPgFramer } from "../framer.ts";
import { bodyOf, HEADER_BYTES } from "../messages/body.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeErrorResponse } from "../messages/error-response.ts";
import { CatalogRow } from "./catalog-row.ts";

const DATA_ROW = 0x44;
const ERROR_RESPONSE = 0x45;
const READY_FOR_QUERY = 0x5a;
/** What else answers queries or comes between: CommandComplete, RowDescription, notices, settings, notifications. */
const passedOver = new Set(Buffer.from("CTNSA"));

/** What is read in all. Five thousand tables of twenty columns take some 6 MB. */
export interface QueryBounds {
  readonly rows: number;
  readonly bytes: number;
}

const defaultBounds: QueryBounds = { rows: 5_000_000, bytes: 256 * 1024 * 1024 };

/** Runs texts of our own on a session where nothing else runs, and hands their rows over as they come. */
export class ServerQueries {
  readonly #stream: ByteStream;
  readonly #framer = createPgFramer("server");
  readonly #row = new PieceList();
  #rowsLeft: number;
  #bytesLeft: number;

  constructor(stream: ByteStream, bounds = defaultBounds) {
    this.#stream = stream;
    this.#rowsLeft = bounds.rows;
    this.#bytesLeft = bounds.bytes;
  }

  /** `columns` is how many every row must have. The row is only good during the call. `onBytes` sees what rows are made of. */
  async run(
    sql: string,
    columns = 0,
    onRow: (row: CatalogRow) => void = () => undefined,
    onBytes: (body: Buffer) => void = () => undefined,
  ): Promise<void> {
    await this.#stream.write(encodeMessage("Q", (writer) => writer.string(sql)));
    for (;;) {
      const chunk = await this.#stream.read();
      if (chunk === undefined) throw new GatewayError("server/lost", "the server hung up while its catalog was read");
      this.#bytesLeft -= chunk.length;
      if (this.#bytesLeft < 0) throw malformed("the catalog is larger than can be kept");
      this.#framer.push(chunk);
      for (let frame = this.#framer.next(); frame !== undefined; frame = this.#framer.next()) {
        if (frame.tag === READY_FOR_QUERY) return this.#finish();
        const body = this.#rowOf(frame);
        if (body === undefined) continue;
        onBytes(body);
        const row = new CatalogRow(new ByteReader(body, 0, body.length, "server/malformed"), columns);
        onRow(row);
        row.end();
      }
    }
  }

  /** The body of a row once it is whole. */
  #rowOf(frame: Frame): Buffer | undefined {
    const { tag, chunk, start, end, part } = frame;
    if (tag === ERROR_RESPONSE) {
      const { code, message } = decodeErrorResponse(bodyOf(frame, "server/malformed"));
      throw new GatewayError("server/lost", `the server failed to tell its catalog: ${code} ${message}`);
    }
    if (tag !== DATA_ROW) {
      if (passedOver.has(tag)) return undefined;
      throw malformed(`a message ${tag} among the rows of the catalog`);
    }
    if (part === "whole" || part === "first") {
      if (--this.#rowsLeft < 0) throw malformed("the catalog has more rows than can be kept");
    }
    if (part === "whole") return chunk.subarray(start + HEADER_BYTES, end);
    // a header that is split between chunks is collected by the framer, so the first piece holds all of it
    this.#row.add(chunk.subarray(part === "first" ? start + HEADER_BYTES : start, end));
    return part === "last" ? this.#row.join() : undefined;
  }

  /** Whoever runs the next text reads with a framer of their own, so nothing may be left in this one. */
  #finish(): void {
    if (!this.#framer.isEmpty) throw malformed("bytes behind the readiness of the server");
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("server/malformed", what);
}
