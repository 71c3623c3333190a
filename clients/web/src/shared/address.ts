/**
 * The addresses of the pages.
 *
 * An address contains the language. It never contains the token, which access.ts stores for the tab.
 */
import type { Language } from "./language";

export function wallAddress(language: Language): string {
  return `/${languageParameter(language)}`;
}

export function regionAddress(code: string, language: Language): string {
  return `/daerah/${encodeURIComponent(code)}${languageParameter(language)}`;
}

export function importAddress(code: string, language: Language): string {
  return `/peta/${encodeURIComponent(code)}/impor${languageParameter(language)}`;
}

function languageParameter(language: Language): string {
  return language === "en" ? "?bahasa=en" : "";
}

/** The address of a file of a region, such as `aplikasi.xlsx`. */
export function fileAddress(code: string, name: string): string {
  return `/unduh/${encodeURIComponent(code)}/${name}`;
}
