import { z } from "zod";

/** A moment in UTC, to the millisecond. */
export const moment = z.iso.datetime({ error: "must be a time in UTC such as 2027-01-31T18:00:00Z" });
