import type { Frame } from "@sallyport/shared/frame";
import { encodeMessage } from "../messages/encode-message.ts";
import { encodeExecute } from "../messages/execute.ts";
import { decodeParse } from "../messages/parse.ts";
import { clientTag } from "../messages/tags.ts";

/** No statement begins like this in any version. It is what the server's log shows. */
const NO_STATEMENT = "refused by sallyport";

const FAILING_QUERY = encodeMessage("Q", (body) => body.string(NO_STATEMENT));

/**
 * What the server gets in place of a refused message: one of the same kind that surely fails, so that everything that
 * follows from an error of this kind of message follows by itself. `unknownPortal` is a name that no portal has.
 */
export function refusalMessage(refused: Frame, unknownPortal: string): Buffer {
  switch (refused.tag) {
    case clientTag.query:
    case clientTag.functionCall:
      return FAILING_QUERY;
    case clientTag.parse: {
      // The name as well: even a Parse that fails drops the unnamed statement.
      const { name } = decodeParse(refused);
      return encodeMessage("P", (body) => body.string(name).string(NO_STATEMENT).int16(0));
    }
    default:
      return encodeExecute(unknownPortal);
  }
}
