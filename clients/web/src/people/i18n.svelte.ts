/** The messages and the formats in the current language of the page. */
import type { Formats } from "../shared/format";
import { preferences } from "../shared/preferences.svelte";
import { PEOPLE_MESSAGES, type PeopleMessages } from "./messages";

export const i18n = {
  get messages(): PeopleMessages {
    return PEOPLE_MESSAGES[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
