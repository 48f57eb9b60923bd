import { createInterface } from "node:readline";
import type { IncomingMessage } from "node:http";
import { CommandFailure } from "../command-failure.ts";
import { authorizationFor, type Authorization } from "./authorization.ts";
import { Refusal, refusalBody } from "./refusal.ts";
import { sendRequest, type ApiAnswer, type ApiRequest } from "./send-request.ts";
import { findTarget, type GatewayOptions, type Target } from "./target.ts";
import { unreachable } from "./unreachable.ts";

/** What a schema of the contract can do. */
export interface AnswerSchema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** A part of a long list, as the contract has it. */
interface PartOfList<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A list, or as much of it as was asked for. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly more: boolean;
}

/** A gateway's API, as one who may ask it. What it answers is checked against the contract. */
export interface ApiClient {
  readonly target: Target;
  /** `alsoStatus`: one that is no failure here. */
  get<T>(path: string, schema: AnswerSchema<T>, query?: Query, alsoStatus?: number): Promise<T>;
  /** Asks for part after part, up to so many items. */
  list<T>(path: string, schema: AnswerSchema<PartOfList<T>>, query?: Query, most?: number): Promise<Listing<T>>;
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown, schema: AnswerSchema<T>): Promise<T>;
  /** An answer of lines, as they come, until it ends or the signal comes. */
  lines(path: string, query: Query, signal?: AbortSignal): AsyncIterable<string>;
}

const PART = 200;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The client of the gateway that a command's options mean. */
export async function openClient(options: GatewayOptions): Promise<ApiClient> {
  const target = await findTarget(options);
  return clientOf(target, authorizationFor(target, options));
}

export function clientOf(target: Target, authorization: Authorization): ApiClient {
  async function ask(request: Omit<ApiRequest, "token">): Promise<ApiAnswer> {
    const answer = await sendRequest(target, { ...request, token: await authorization.token() });
    if (answer.status !== 401) return answer;
    const renewed = await authorization.renewed();
    if (renewed === undefined) return answer;
    answer.stream.resume();
    return sendRequest(target, { ...request, token: renewed });
  }

  async function answerOf<T>(
    request: Omit<ApiRequest, "token">,
    schema: AnswerSchema<T>,
    alsoStatus?: number,
  ): Promise<T> {
    const answer = await ask(request);
    const text = await textOf(answer.stream, target);
    if (answer.status >= 300 && answer.status !== alsoStatus) throw refusalOf(answer.status, text);
    return checked(text === "" ? null : parsed(text), schema);
  }

  const get: ApiClient["get"] = (path, schema, query = {}, alsoStatus) =>
    answerOf({ method: "GET", path: withQuery(path, query) }, schema, alsoStatus);

  return {
    target,
    get,
    list: async (path, schema, query = {}, most = Number.POSITIVE_INFINITY) => {
      const first = await get(path, schema, { ...query, limit: Math.min(PART, most) });
      const items = [...first.items];
      let { next } = first;
      while (next !== undefined && items.length < most) {
        const part = await get(path, schema, { ...query, limit: Math.min(PART, most - items.length), after: next });
        items.push(...part.items);
        next = part.next;
      }
      return { items, more: next !== undefined };
    },
    send: (method, path, body, schema) => answerOf({ method, path, body }, schema),
    lines: async function* (path, query, signal) {
      const answer = await ask({ method: "GET", path: withQuery(path, query), signal });
      if (answer.status >= 300) throw refusalOf(answer.status, await textOf(answer.stream, target));
      try {
        yield* createInterface({ input: answer.stream, crlfDelay: Number.POSITIVE_INFINITY });
        if (!answer.stream.complete && signal?.aborted !== true) throw new Error("the answer was cut off");
      } catch (reason) {
        if (signal?.aborted !== true) throw unreachable(reason, target);
      }
    },
  };
}

/** A path with names in it, which may hold anything. */
export function pathOf(strings: TemplateStringsArray, ...names: readonly string[]): string {
  return String.raw({ raw: strings }, ...names.map(encodeURIComponent));
}

function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}

async function textOf(stream: IncomingMessage, target: Target): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new Error("the answer is far too long");
      chunks.push(chunk);
    }
  } catch (reason) {
    throw unreachable(reason, target);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked<T>(value: unknown, schema: AnswerSchema<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CommandFailure(
    "The gateway's answer is not what this version of sallyport knows.",
    "Use the sallyport of the gateway's version, and check that nothing between rewrites answers.",
  );
}

function refusalOf(status: number, text: string): CommandFailure {
  const problem = refusalBody.safeParse(parsed(text));
  if (problem.success) return new Refusal(problem.data);
  return new CommandFailure(
    `The request was answered with status ${status}, but not by a gateway.`,
    "Check the address: it must be that of the gateway's API, and no proxy may stand before it.",
  );
}
