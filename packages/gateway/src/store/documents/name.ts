import { z } from "zod";

/** Names of documents: they appear in user names, URLs and file names, so they are kept plain. */
export const documentName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be 1 to 63 of a-z, 0-9, dot, dash and underscore, and start with a letter or digit",
  );
