import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GatewayError } from "@sallyport/shared/errors";

/** Deeper than any document, and far from what breaks whoever walks through it. */
const MAX_DEPTH = 64;

const digests = new WeakMap<FastifyRequest, string>();

/** Takes JSON and nothing else. Keys that could reach an object's prototype are refused, and so is what no database keeps. */
export function takeJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    const fault = faultOf(body);
    if (fault !== undefined) {
      done(new GatewayError("api/invalid", fault, { detail: fault }));
      return;
    }
    digests.set(request, createHash("sha256").update(body).digest("base64"));
    void parse(request, body, (error, value: unknown) => {
      if (error === null) done(null, value);
      else done(new GatewayError("api/invalid", "the body is no JSON", { detail: "The body is not valid JSON." }));
    });
  });
}

/** SHA-256 of a request's body as it came. */
export function bodyDigest(request: FastifyRequest): string {
  return digests.get(request) ?? "";
}

function faultOf(body: string): string | undefined {
  if (depthOf(body) > MAX_DEPTH) return `The body is nested deeper than ${MAX_DEPTH} levels.`;
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(body)) return "The body holds a NUL character.";
  return undefined;
}

/** How deep brackets are nested, those in strings apart. Whether they match is for the parser to see. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return deepest;
}
