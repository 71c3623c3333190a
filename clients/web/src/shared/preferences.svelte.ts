/** The preferences of this screen: the language, in the address, and the theme, stored on the device. */
import { formats } from "./format";
import type { Language } from "./language";
import { SHARED_MESSAGES } from "./messages";

type Theme = "dark" | "light";
const THEME_KEY = "simpul.theme";

class Preferences {
  language = $state<Language>(
    new URLSearchParams(location.search).get("bahasa") === "en" ? "en" : "id",
  );
  theme = $state<Theme>(localStorage.getItem(THEME_KEY) === "light" ? "light" : "dark");
  readonly messages = $derived(SHARED_MESSAGES[this.language]);
  readonly format = $derived(formats(this.language));

  constructor() {
    this.#apply();
  }

  changeLanguage(): void {
    this.language = this.language === "id" ? "en" : "id";
    this.#apply();
    const address = new URL(location.href);
    if (this.language === "en") address.searchParams.set("bahasa", "en");
    else address.searchParams.delete("bahasa");
    history.replaceState(null, "", address);
  }

  changeTheme(): void {
    this.theme = this.theme === "dark" ? "light" : "dark";
    localStorage.setItem(THEME_KEY, this.theme);
    this.#apply();
  }

  /** Applies the preferences at once, not in an effect: the chart reads the theme's colours from the page. */
  #apply(): void {
    document.documentElement.lang = this.language;
    document.documentElement.dataset["theme"] = this.theme;
  }
}

export const preferences = new Preferences();
