import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { encodePacket } from "./messages/encode-packet.ts";
import { PacketExchange, type PacketStream } from "./packet-exchange.ts";

/** A stream of chunks that come one after the other. */
function streamOf(chunks: readonly Buffer[]): PacketStream & { readonly written: Buffer[] } {
  const left = [...chunks];
  const written: Buffer[] = [];
  return {
    written,
    read: async () => left.shift(),
    unread: (bytes) => void (bytes.length > 0 && left.unshift(bytes)),
    write: (bytes) => void written.push(Buffer.from(bytes)),
  };
}

function exchangeOn(stream: PacketStream, onFault: "protocol/malformed" | "server/malformed", sequence = 0) {
  return new PacketExchange(stream, { maxBytes: 1024, onFault, sequence });
}

async function readAll(exchange: PacketExchange): Promise<string[]> {
  const payloads: string[] = [];
  for (let body = await exchange.read(); body !== undefined; body = await exchange.read()) {
    payloads.push(body.rest().toString());
  }
  return payloads;
}

describe("an exchange of packets", () => {
  it("reads the same however the bytes are cut", async () => {
    const payloads = ["hello", "", "x".repeat(300)];
    const bytes = Buffer.concat(payloads.map((payload, at) => encodePacket(254 + at, Buffer.from(payload))));
    for (let at = 0; at <= bytes.length; at++) {
      const stream = streamOf([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(await readAll(exchangeOn(stream, "protocol/malformed", 254))).toEqual(payloads);
    }
    const single = streamOf([...bytes].map((byte) => Buffer.from([byte])));
    expect(await readAll(exchangeOn(single, "protocol/malformed", 254))).toEqual(payloads);
  });

  it("takes nothing beyond the packet", async () => {
    const stream = streamOf([Buffer.concat([encodePacket(0, Buffer.from("a")), Buffer.from([0x16, 3, 1])])]);
    await exchangeOn(stream, "protocol/malformed").read();
    expect(await stream.read()).toEqual(Buffer.from([0x16, 3, 1]));
  });

  it("numbers what both sides say, round at 256", async () => {
    const stream = streamOf([encodePacket(255, Buffer.from("a")), encodePacket(1, Buffer.from("b"))]);
    const exchange = exchangeOn(stream, "protocol/malformed", 255);
    await exchange.read();
    await exchange.write(Buffer.from("c"));
    await exchange.read();
    expect(stream.written).toEqual([encodePacket(0, Buffer.from("c"))]);
    expect(exchange.sequence).toBe(2);
  });

  it.each([
    ["a length beyond the bound", "01040000", "protocol/malformed", "server/malformed"],
    ["the largest length", "ffffff00", "protocol/malformed", "server/malformed"],
    ["a sequence id that was skipped", "01000001ff", "protocol/out-of-order", "server/malformed"],
    ["a header cut short", "0100", "protocol/malformed", "server/malformed"],
    ["a payload cut short", "0200000001", "protocol/malformed", "server/malformed"],
  ])("refuses %s", async (_, hex, ofClient, ofServer) => {
    const bytes = Buffer.from(hex, "hex");
    await expect(exchangeOn(streamOf([bytes]), "protocol/malformed").read()).rejects.toMatchObject({ code: ofClient });
    await expect(exchangeOn(streamOf([bytes]), "server/malformed").read()).rejects.toMatchObject({ code: ofServer });
  });

  it("throws nothing but GatewayError, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), async (chunks) => {
        const stream = streamOf(chunks.map((chunk) => Buffer.from(chunk)));
        await readAll(exchangeOn(stream, "protocol/malformed")).catch((error: unknown) =>
          expect(error).toBeInstanceOf(GatewayError),
        );
      }),
    );
  });
});
