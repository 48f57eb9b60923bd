import { words } from "../words.ts";

/** Why a command that there is does not pass, whatever policy says. */
export const refusedCommands: ReadonlyMap<string, string> = new Map([
  ...because("A connection logs in once.", "saslStart saslContinue authenticate logout getnonce"),
  ...because(
    "Sessions of others cannot be named through the gateway.",
    "killSessions killAllSessions killAllSessionsByPattern releaseMemory",
  ),
  ...because(
    "It belongs to servers among themselves.",
    `appendOplogNote applyOps clone clonePrimary coordinateCommitTransaction copydb doTxn driverOIDTest forceerror
     godinsert handshake internalRenameIfOptionsAndIndexesMatch oplogNote prepareTransaction replSetHeartbeat
     replSetRequestVotes replSetUpdatePosition resync sleep testCommand voteCommitIndexBuild`,
  ),
  ...because(
    "Servers have not had it for years.",
    "$eval eval geoNear group parallelCollectionScan repairDatabase touch",
  ),
]);

function because(why: string, names: string): readonly (readonly [name: string, why: string])[] {
  return words(names).map((name) => [name, why]);
}
