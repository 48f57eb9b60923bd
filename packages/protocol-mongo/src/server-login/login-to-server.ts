import type { Dial, LoggedIn } from "@sallyport/shared/adapter";
import { dialWithin } from "@sallyport/shared/dial/dial-within";
import { loginError } from "@sallyport/shared/dial/login-error";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { applicationName } from "./application-name.ts";
import { authenticate } from "./authenticate.ts";
import { cancelOnServer } from "./cancel-on-server.ts";
import { collectFacts } from "./collect-facts.ts";
import { findMember, type MemberAddress, type Visit } from "./find-member.ts";
import { credentialOf, greetMember } from "./greet-member.ts";
import { readMongoOptions } from "./mongo-options.ts";
import type { ServerHello } from "./server-hello.ts";
import { watchedStream } from "./watched-stream.ts";

/** From the first dialling to the last answer, whichever members it leads to. */
const LOGIN_MS = 15_000;
/** For one member that another one told of. */
const MEMBER_MS = 5_000;

/** Dials, follows the set to the member that is wanted, encrypts and logs in with the connection's credential. */
export async function loginToServer(
  request: OpenSession,
  password: Secret<string> | undefined,
  dial: Dial,
): Promise<LoggedIn> {
  const options = readMongoOptions(request.options);
  const credential = credentialOf(request, password, options);
  const application = applicationName(request);
  const until = performance.now() + LOGIN_MS;

  const visit = async (address: MemberAddress, stay: (hello: ServerHello) => boolean): Promise<Visit<LoggedIn>> => {
    const left = Math.max(0, until - performance.now());
    let stays = false;
    try {
      return await dialWithin(
        address === undefined ? left : Math.min(left, MEMBER_MS),
        tookTooLong,
        () => dial(address),
        async (stream) => {
          const { commands, hello } = await greetMember(stream, address, { request, application, credential });
          stays = stay(hello);
          if (!stays) {
            stream.destroy();
            return { kind: "left", hello };
          }
          await authenticate(commands, credential, hello.mechanisms);
          const facts = await collectFacts(commands, hello);
          const watched = watchedStream(stream);
          const cancel = async (): Promise<void> => {
            if (watched.owesAnswer) await cancelOnServer({ request, application, credential, address }, dial);
          };
          return { kind: "stayed", result: { facts, stream: watched, cancel } };
        },
      );
    } catch (reason) {
      const error = loginError(reason);
      if (stays) throw error;
      return { kind: "lost", error };
    }
  };

  return findMember(options.rounds, visit);
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server's login took longer than ${LOGIN_MS} ms`);
}
