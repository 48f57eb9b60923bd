import { mongoGuide } from "@sallyport/protocol-mongo/client-guide";
import { mysqlGuide } from "@sallyport/protocol-mysql/client-guide";
import { pgGuide } from "@sallyport/protocol-pg/client-guide";
import type { ClientGuide } from "@sallyport/shared/client-guide";

/** How people get to each protocol. Apart from the adapters, which take a second to load, since nobody waits that long for psql. */
export const clientGuides: readonly ClientGuide[] = [pgGuide, mysqlGuide, mongoGuide];
