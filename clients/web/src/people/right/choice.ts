/** A right that is being chosen in a form. */
import type { AccountRight, AccountRole } from "../../shared/account/documents";

export interface RightChoice {
  role: AccountRole;
  regionCodes: string[];
  opdIds: string[];
  readsDrafts: boolean;
}

/** Returns the choice that a form begins with: the right of an account, or the usual right. */
export function beginChoice(
  right: AccountRight | null,
  roles: readonly AccountRole[],
  regions: readonly { code: string }[],
): RightChoice {
  if (right?.role) {
    const { role, regionCodes, opdIds, readsDrafts } = right;
    return { role, regionCodes: [...regionCodes], opdIds: [...opdIds], readsDrafts };
  }
  const [region] = regions;
  return {
    role: roles[0] ?? "OPD",
    regionCodes: regions.length === 1 && region ? [region.code] : [],
    opdIds: [],
    readsDrafts: false,
  };
}

/** Returns the fields of the right as the mutations take them, without what the role does not have. */
export function rightInput({ role, regionCodes, opdIds, readsDrafts }: RightChoice) {
  return {
    role,
    regionCodes: role === "ADMIN" ? [] : regionCodes,
    opdIds: role === "OPD" ? opdIds : [],
    readsDrafts: role === "FOLLOWER" && readsDrafts,
  };
}

/** What is missing in the choice: a region or an OPD; null if nothing is. */
export function missingPart({ role, regionCodes, opdIds }: RightChoice): "regionMissing" | "opdMissing" | null {
  if (role !== "ADMIN" && regionCodes.length === 0) return "regionMissing";
  return role === "OPD" && opdIds.length === 0 ? "opdMissing" : null;
}
