/** The words and formats that the page speaks in now. */
import type { Formats } from "../shared/format";
import { preferences } from "../shared/preferences.svelte";
import { WORDS, type Words } from "./messages";

export const speech = {
  get words(): Words {
    return WORDS[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
