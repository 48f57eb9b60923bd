import { mongo } from "@sallyport/protocol-mongo/adapter";
import { mysql } from "@sallyport/protocol-mysql/adapter";
import { pg } from "@sallyport/protocol-pg/adapter";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";

/** Every protocol there is: the one list to which a new adapter is added. */
export const protocols: readonly ProtocolAdapter[] = [pg, mysql, mongo];
