/** An event class of OCSF: what its numbers are made of. */
export interface EventClass {
  readonly uid: number;
  readonly caption: string;
  readonly category: { readonly uid: number; readonly caption: string };
}

const identity = { uid: 3, caption: "Identity & Access Management" };
const application = { uid: 6, caption: "Application Activity" };

/** The classes that a gateway tells of, by the names that the configuration has for them. */
export const eventClasses = {
  authentication: { uid: 3002, caption: "Authentication", category: identity },
  "entity-management": { uid: 3004, caption: "Entity Management", category: identity },
  "api-activity": { uid: 6003, caption: "API Activity", category: application },
  "datastore-activity": { uid: 6005, caption: "Datastore Activity", category: application },
} as const satisfies Readonly<Record<string, EventClass>>;

export type EventClassName = keyof typeof eventClasses;

export const eventClassNames = Object.keys(eventClasses).filter((name): name is EventClassName => name in eventClasses);
