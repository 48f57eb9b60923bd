import type { ClientHello, LoginTalk, ScramVerifier } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import { deriveVerifier } from "@sallyport/shared/scram/scram-verifier";
import { Secret } from "@sallyport/shared/secret";

/** What a scripted client presents, and where it does otherwise than a good one. */
export interface Script {
  readonly user: string;
  readonly database?: string;
  readonly token?: string;
  readonly secret?: string;
  /** Instead of the step of that name. */
  readonly askToken?: LoginTalk["askToken"];
  readonly askProof?: LoginTalk["askProof"];
  readonly welcome?: LoginTalk["welcome"];
  readonly reject?: LoginTalk["reject"];
}

/** A client that follows a script, and what happened to it. */
export interface ScriptedTalk {
  readonly talk: LoginTalk;
  /** The steps it was taken through, in order. */
  readonly steps: string[];
  readonly verifiers: ScramVerifier[];
  readonly rejections: GatewayError[];
}

export function scriptedTalk(script: Script): ScriptedTalk {
  const { user, database } = script;
  const hello: ClientHello = {
    user,
    database,
    settings: { application_name: "test" },
    encrypted: true,
  };
  const happened: Omit<ScriptedTalk, "talk"> = {
    steps: [],
    verifiers: [],
    rejections: [],
  };
  const talk: LoginTalk = {
    kind: "login",
    hello,
    async askToken() {
      happened.steps.push("token");
      return await (script.askToken?.() ?? Promise.resolve(new Secret(script.token ?? "")));
    },
    async askProof(verifier) {
      happened.steps.push("proof");
      happened.verifiers.push(verifier);
      return await (script.askProof?.(verifier) ?? proves(script.secret ?? "", verifier));
    },
    async welcome(permit, facts) {
      happened.steps.push("welcome");
      if (script.welcome !== undefined) return await script.welcome(permit, facts);
      permit.spend();
    },
    async reject(error) {
      happened.steps.push("reject");
      happened.rejections.push(error);
      await script.reject?.(error);
    },
  };
  return { talk, ...happened };
}

/** What a SCRAM exchange comes to: the same secret, salt and count give the same key. */
async function proves(secret: string, verifier: ScramVerifier): Promise<boolean> {
  if (secret === "") return false;
  const { salt, iterations } = verifier;
  const mine = await deriveVerifier(new Secret(secret), { salt, iterations });
  return mine.storedKey.equals(verifier.storedKey);
}
