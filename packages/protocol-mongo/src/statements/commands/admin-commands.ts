import type { Verb } from "@sallyport/shared/verb";
import { find } from "../../bson/elements.ts";
import { rule, always, type CommandRule } from "../command-rule.ts";
import { words } from "../words.ts";

/** Commands that show or change the server and its members. Their fields add nothing to what `admin` says. */
const administration = words(`
  auditConfigure autoCompact configureFailPoint connPoolStats connPoolSync currentOp dbHash dbhash fsync fsyncUnlock
  getAuditConfig getClusterParameter getCmdLineOpts getDefaultRWConcern getDiagnosticData getFreeMonitoringStatus
  getLastErrorModes hostInfo killOp lockInfo logApplicationMessage logRotate netstat profile rotateCertificates
  rotateFTDC serverStatus setAuditConfig setClusterParameter setDefaultRWConcern setFeatureCompatibilityVersion
  setFreeMonitoring setParameter setUserWriteBlockMode shutdown startTrafficRecording stopTrafficRecording top
  waitForFailPoint

  invalidateUserCache refreshLogicalSessionCacheNow

  exportCollection importCollection removeQuerySettings setProfilingFilterGlobally setQuerySettings

  replSetAbortPrimaryCatchUp replSetFreeze replSetGetConfig replSetGetStatus replSetInitiate replSetMaintenance
  replSetReconfig replSetResizeOplog replSetStepDown replSetStepUp replSetSyncFrom

  abortMoveCollection abortReshardCollection abortUnshardCollection addShard addShardToZone analyzeShardKey
  balancerCollectionStatus balancerStart balancerStatus balancerStop checkMetadataConsistency cleanupOrphaned
  cleanupReshardCollection clearJumboFlag commitReshardCollection commitShardRemoval
  commitTransitionToDedicatedConfigServer configureCollectionBalancing configureQueryAnalyzer enableSharding
  flushRouterConfig getShardMap getShardVersion getTransitionToDedicatedConfigServerStatus listShards medianKey
  mergeAllChunksOnShard mergeChunks moveChunk moveCollection movePrimary moveRange refineCollectionShardKey removeShard
  removeShardFromZone reshardCollection resetPlacementHistory setAllowMigrations setShardVersion shardCollection
  shardConnPoolStats shardDrainingStatus shardingState split splitVector startShardDraining
  startTransitionToDedicatedConfigServer stopShardDraining stopTransitionToDedicatedConfigServer
  transitionFromDedicatedConfigServer transitionToDedicatedConfigServer unsetSharding unshardCollection
  untrackUnshardedCollection updateZoneKeyRange
`);

/** The same, for one collection. */
const administrationOfCollections = words(`
  analyze cleanupStructuredEncryptionData compact compactStructuredEncryptionData planCacheClear planCacheClearFilters
  planCacheListFilters planCacheSetFilter setIndexCommitQuorum validate
`);

/** Who may do what at the server. */
const accounts: readonly (readonly [name: string, verb: Verb | undefined])[] = [
  ["createUser", "create"],
  ["createRole", "create"],
  ["updateUser", "alter"],
  ["updateRole", "alter"],
  ["dropUser", "drop"],
  ["dropRole", "drop"],
  ["dropAllUsersFromDatabase", "drop"],
  ["dropAllRolesFromDatabase", "drop"],
  ["grantRolesToUser", "grant"],
  ["grantRolesToRole", "grant"],
  ["grantPrivilegesToRole", "grant"],
  ["revokeRolesFromUser", "revoke"],
  ["revokeRolesFromRole", "revoke"],
  ["revokePrivilegesFromRole", "revoke"],
  ["usersInfo", undefined],
  ["rolesInfo", undefined],
];

/** Commands for those who look after a server. */
export const adminCommands: readonly CommandRule[] = [
  ...administration.map((name) => rule(name, always("admin"), "any")),
  ...administrationOfCollections.map((name) => rule(name, always("admin"), "any", { namespace: "collection" })),
  ...accounts.map(([name, verb]) => rule(name, managing(verb), "any")),
];

/** Accounts and roles are also given their rights as they are made or changed. */
function managing(verb: Verb | undefined): CommandRule["verbs"] {
  return ({ body }) => {
    const isGiven = ["roles", "privileges"].some((field) => find(body, field) !== undefined);
    const gives = isGiven && (verb === "create" || verb === "alter");
    return [...(verb === undefined ? [] : [verb]), ...(gives ? (["grant"] as const) : []), "admin"];
  };
}
