/** The words and formats that the page speaks in now. */
import type { Formats } from "../format";
import { preferences } from "../preferences.svelte";
import { WORDS, type Words } from "./words";

export const speech = {
  get words(): Words {
    return WORDS[preferences.language];
  },
  get format(): Formats {
    return preferences.format;
  },
};
