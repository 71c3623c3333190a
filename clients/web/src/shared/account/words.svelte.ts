/** The messages about accounts in the current language. */
import { preferences } from "../preferences.svelte";
import { ACCOUNT_MESSAGES, type AccountMessages } from "./messages";

export const accountWords = {
  get messages(): AccountMessages {
    return ACCOUNT_MESSAGES[preferences.language];
  },
};
