/** Addresses of the pages. The language goes along; a token stays in the tab, see access.ts. */
import type { Language } from "./language";

export function wallAddress(language: Language): string {
  return `/${inLanguage(language)}`;
}

export function regionAddress(code: string, language: Language): string {
  return `/daerah/${encodeURIComponent(code)}${inLanguage(language)}`;
}

function inLanguage(language: Language): string {
  return language === "en" ? "?bahasa=en" : "";
}
