import { z } from "zod";

/** What people may be to the gateway itself, the highest first; each contains those behind it. */
export const roles = ["admin", "approver", "viewer"] as const;

export type Role = (typeof roles)[number];

const groups = z
  .array(
    z
      .string()
      .min(1)
      .regex(/^[^*]*$/, "must not contain *, as groups are compared exactly"),
  )
  .min(1)
  .optional();

/** The groups whose members have a role. */
export const identityProviderRoles = z
  .strictObject({ admin: groups, approver: groups, viewer: groups })
  .refine((given) => Object.keys(given).length > 0, "must name groups for admin, approver or viewer");
