/** The messages and the formats in the current language of the page. */
import type { Formats } from "../shared/format";
import { preferences } from "../shared/preferences.svelte";
import { REGION_MESSAGES, type RegionMessages } from "./messages";

export const i18n = {
  get messages(): RegionMessages {
    return REGION_MESSAGES[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
