import type { DemoPorts } from "./ports.ts";
import type { OtherProtocol } from "./shop-server.ts";
import type { StateFolder } from "./state-folder.ts";

/** What a demo is made of. PostgreSQL always belongs to it. */
export interface DemoPlan {
  readonly state: StateFolder;
  readonly ports: DemoPorts;
  readonly others: readonly OtherProtocol[];
  readonly say: (line: string) => void;
}
