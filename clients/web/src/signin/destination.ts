/** Where a person goes after signing in. */
import { ownPath, regionAddress, wallAddress } from "../shared/address";
import type { Language } from "../shared/language";
import { preferences } from "../shared/preferences.svelte";
import { rootedPath } from "../shared/rootPath";
import type { SessionDetails } from "../shared/sessionRequest";

const BACK_PARAMETER = "kembali";
const ONWARD_PARAMETER = "lanjut";
const SIGN_IN_PATHS = [rootedPath("/masuk"), rootedPath("/keluar")];

/** Whether the page goes on by itself once a person is signed in. */
export const isOnward = new URLSearchParams(location.search).has(ONWARD_PARAMETER);

/** The address of the page to sign in that goes on by itself. */
export function onwardAddress(language: Language): string {
  return rootedPath(`/masuk?${language === "en" ? "bahasa=en&" : ""}${ONWARD_PARAMETER}=1`);
}

/** The page that the person came from, if it is one of this instance. */
export function backPath(): string | null {
  const path = ownPath(new URLSearchParams(location.search).get(BACK_PARAMETER));
  const leadsHere = path !== null && SIGN_IN_PATHS.includes(path.split("?")[0]!);
  return leadsHere ? null : path;
}

/** The page that the person came from, or the one where their work begins. */
export function destination({ role, regions }: SessionDetails): string {
  const back = backPath();
  if (back !== null) return back;
  const [region] = regions;
  const worksInRegion = role === "REGION" || role === "OPD";
  return worksInRegion && region
    ? regionAddress(region.code, preferences.language)
    : wallAddress(preferences.language);
}
