interface Metric {
  /** Its `# HELP` and `# TYPE`. */
  readonly head: readonly string[];
  readonly samples: readonly string[];
}

/**
 * Puts the metrics of several processes into one text, in which everything about a metric has to stand together. They are not added up: each
 * sample bears its process as a label, so that a counter that begins anew does not look as if all of them did.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const merged = new Map<string, Metric>();
  for (const text of texts) {
    for (const { head, samples } of metricsIn(text)) {
      const key = head.join("\n");
      merged.set(key, { head, samples: [...(merged.get(key)?.samples ?? []), ...samples] });
    }
  }
  return [...merged.values()].map(({ head, samples }) => `${[...head, ...samples].join("\n")}\n`).join("\n");
}

function metricsIn(text: string): readonly Metric[] {
  return text
    .split(/^(?=# HELP )/m)
    .map((part) => part.split("\n").filter((line) => line !== ""))
    .filter((lines) => lines.length > 0)
    .map((lines) => ({
      head: lines.filter((line) => line.startsWith("#")),
      samples: lines.filter((line) => !line.startsWith("#")),
    }));
}
