import { parseAllDocuments } from "yaml";
import { z } from "zod";

const labels = z.record(z.string(), z.string());
const ports = z.array(z.looseObject({ port: z.union([z.string(), z.int()]) }));

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels }),
});

const volume = z.looseObject({
  name: z.string(),
  secret: z
    .looseObject({ defaultMode: z.int(), items: z.array(z.object({ key: z.string(), path: z.string() })).optional() })
    .optional(),
});

const container = z
  .looseObject({
    args: z.array(z.string()),
    env: z.array(z.looseObject({ name: z.string() })).default([]),
    ports: z.array(z.looseObject({ name: z.string(), containerPort: z.int() })).default([]),
    securityContext: z.unknown(),
    resources: z.unknown(),
    startupProbe: z.unknown().optional(),
    livenessProbe: z.unknown().optional(),
    readinessProbe: z.unknown().optional(),
    lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }) }) }).optional(),
    volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
  })
  .transform((read) => ({ ...read, preStopSeconds: read.lifecycle?.preStop.sleep.seconds ?? 0 }));

const workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.int(),
    selector: z.object({ matchLabels: labels }),
    template: z.looseObject({
      metadata: z.looseObject({ labels }),
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.int(),
        securityContext: z.unknown(),
        containers: z.tuple([container]),
        volumes: z.array(volume),
      }),
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
  }),
});

const service = z.looseObject({
  spec: z.looseObject({ selector: labels, ports: z.array(z.looseObject({ targetPort: z.string() })) }),
});

const policy = z.looseObject({
  spec: z.looseObject({
    podSelector: z.object({ matchLabels: labels }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.looseObject({ ports })),
  }),
});

const budget = z.looseObject({ spec: z.looseObject({ selector: z.object({ matchLabels: labels }) }) });
const configMap = z.looseObject({ data: z.record(z.string(), z.string()) });

export type Manifests = ReturnType<typeof readManifests>;

/** What a chart was rendered to. YAML is read as Kubernetes reads it, where 0440 is octal. */
export function readManifests(text: string) {
  const documents = readYaml(text, "1.1").map((value) => manifest.parse(value));
  const ofKind = (kind: string) => documents.filter((each) => each.kind === kind);
  const one = (kind: string) => {
    const [first, ...more] = ofKind(kind);
    if (first === undefined || more.length > 0) throw new Error(`${more.length} and not one ${kind}`);
    return first;
  };
  const { spec } = workload.parse(one("StatefulSet"));
  const pod = spec.template.spec;
  return {
    kinds: () => documents.map(({ kind }) => kind),
    ofKind,
    workload: () => ({
      replicas: spec.replicas,
      pod,
      container: pod.containers[0],
      grace: pod.terminationGracePeriodSeconds,
      volumes: [...pod.volumes, ...spec.volumeClaimTemplates.map(({ metadata: { name } }) => volume.parse({ name }))],
    }),
    podLabels: () => spec.template.metadata.labels,
    services: () => ofKind("Service").map((each) => service.parse(each)),
    policies: () => ofKind("NetworkPolicy").map((each) => policy.parse(each)),
    budgets: () => ofKind("PodDisruptionBudget").map((each) => budget.parse(each)),
    config: (file: string): unknown => readYaml(configMap.parse(one("ConfigMap")).data[file] ?? "", "1.2")[0],
  };
}

/** Throws for the first thing that is wrong. */
function readYaml(text: string, version: "1.1" | "1.2"): unknown[] {
  return parseAllDocuments(text, { version, strict: true, uniqueKeys: true }).map((document) => {
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw error;
    const value: unknown = document.toJS();
    return value;
  });
}
