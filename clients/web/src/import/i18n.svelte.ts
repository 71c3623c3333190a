/** The messages and the formats in the current language of the page. */
import type { Formats } from "../shared/format";
import { preferences } from "../shared/preferences.svelte";
import { IMPORT_MESSAGES, type ImportMessages } from "./messages";

export const i18n = {
  get messages(): ImportMessages {
    return IMPORT_MESSAGES[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
