import type { ColumnMask } from "../../store/documents/policy-mask.ts";
import type { PolicyDocument } from "../../store/documents/policy.ts";
import type { Finding } from "./finding.ts";
import { patternCovers } from "./pattern-covers.ts";

/** Finds masks of a policy that contradict each other, so that neither is shown. */
export function lintMasks({ policy, masks = [] }: PolicyDocument): readonly Finding[] {
  const findings: Finding[] = [];
  masks.forEach((entry, index) => {
    if (!("columns" in entry)) return;
    entry.columns.forEach((pattern, at) => {
      const other = masks.findIndex(
        (one, place) => place !== index && "columns" in one && contradicts(one, entry, pattern),
      );
      if (other === -1) return;
      const sentence = `is also meant by masks[${other}], which shows it otherwise; it is shown redacted.`;
      findings.push({ policy, path: `masks[${index}].columns[${at}]`, sentence });
    });
  });
  return findings;
}

function contradicts(wide: ColumnMask, narrow: ColumnMask, pattern: string): boolean {
  if (JSON.stringify(wide.with) === JSON.stringify(narrow.with)) return false;
  // parts of a value that is masked as a whole are masked with it
  const sameParts = wide.at === undefined ? narrow.at === undefined : wide.at.some((path) => narrow.at?.includes(path));
  return sameParts && wide.columns.some((other) => patternCovers(other, pattern));
}
