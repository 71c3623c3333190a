/** The messages and the formats in the current language of the page. */
import type { Formats } from "../shared/format";
import { preferences } from "../shared/preferences.svelte";
import { OWN_ACCOUNT_MESSAGES, type OwnAccountMessages } from "./messages";

export const i18n = {
  get messages(): OwnAccountMessages {
    return OWN_ACCOUNT_MESSAGES[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
