/** Kinds of objects that belong to the database or the server rather than to a schema. */
const adminObjects: ReadonlySet<unknown> = new Set([
  "OBJECT_ACCESS_METHOD",
  "OBJECT_DATABASE",
  "OBJECT_EVENT_TRIGGER",
  "OBJECT_EXTENSION",
  "OBJECT_FDW",
  "OBJECT_FOREIGN_SERVER",
  "OBJECT_LANGUAGE",
  "OBJECT_PARAMETER_ACL",
  "OBJECT_PUBLICATION",
  "OBJECT_PUBLICATION_NAMESPACE",
  "OBJECT_PUBLICATION_REL",
  "OBJECT_ROLE",
  "OBJECT_SUBSCRIPTION",
  "OBJECT_TABLESPACE",
  "OBJECT_TRANSFORM",
  "OBJECT_USER_MAPPING",
]);

/** Whether creating, changing or dropping this kind of object is administration, beyond a change to a schema. */
export function isAdminObject(objectType: unknown): boolean {
  return adminObjects.has(objectType);
}
