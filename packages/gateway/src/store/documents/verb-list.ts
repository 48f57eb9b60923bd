import { verbs, type Verb } from "@sallyport/shared/verb";
import { z } from "zod";

const allowableVerbs = verbs.filter((verb): verb is Exclude<Verb, "unknown"> => verb !== "unknown");

/** A verb, or `*` for every verb there is. `unknown` cannot be named: what the gateway cannot read is never allowed. */
export const verbList = z.array(z.enum([...allowableVerbs, "*"])).min(1);
