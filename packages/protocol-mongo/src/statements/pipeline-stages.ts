import { words } from "./words.ts";

/** Stages that show what others do, or how the server is. */
export const serverStages: ReadonlySet<string> = new Set(
  words(`
    $currentOp $listCatalog $listClusterCatalog $listLocalCursors $listLocalSessions $listSampledQueries $listSessions
    $operationMetrics $planCacheStats $querySettings $queryStats $shardedDataDistribution
  `),
);

const ordinaryStages: ReadonlySet<string> = new Set(
  words(`
    $addFields $bucket $bucketAuto $changeStream $changeStreamSplitLargeEvent $collStats $count $densify $documents
    $facet $fill $geoNear $graphLookup $group $indexStats $limit $listSearchIndexes $lookup $match $merge $out $project
    $rankFusion $redact $replaceRoot $replaceWith $sample $score $scoreFusion $search $searchMeta $set
    $setWindowFields $skip $sort $sortByCount $unionWith $unset $unwind $vectorSearch
  `),
);

/** Whether it is a stage of which it is known what it can do. */
export function isKnownStage(name: string): boolean {
  return ordinaryStages.has(name) || serverStages.has(name);
}
