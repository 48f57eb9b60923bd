import { githubActions } from "./github-actions.ts";
import { gitlabCi } from "./gitlab-ci.ts";
import { kubernetes } from "./kubernetes.ts";
import type { Preset } from "./preset.ts";

/** Kinds of issuers that a document need only name. */
export const presetNames = ["github-actions", "gitlab-ci", "kubernetes"] as const;

export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  "github-actions": githubActions,
  "gitlab-ci": gitlabCi,
  kubernetes,
};
