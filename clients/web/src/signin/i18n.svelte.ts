/** The messages in the current language of the page. */
import { preferences } from "../shared/preferences.svelte";
import { SIGN_IN_MESSAGES, type SignInMessages } from "./messages";

export const i18n = {
  get messages(): SignInMessages {
    return SIGN_IN_MESSAGES[preferences.language];
  },
};
