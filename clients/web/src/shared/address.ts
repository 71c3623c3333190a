/** The addresses of the pages, which contain the language. */
import type { Language } from "./language";
import { rootedPath, unrootedPath } from "./rootPath";

export function wallAddress(language: Language): string {
  return rootedPath(`/${languageParameter(language)}`);
}

export function regionAddress(code: string, language: Language): string {
  return rootedPath(`/daerah/${encodeURIComponent(code)}${languageParameter(language)}`);
}

export function importAddress(code: string, language: Language): string {
  return rootedPath(`/peta/${encodeURIComponent(code)}/impor${languageParameter(language)}`);
}

/** The page at the end of signing in in another tab or window. */
export const DONE_PATH = rootedPath("/masuk/selesai");
/** The parameter of the page to sign in with which a person who is signed in does so again. */
export const AGAIN_PARAMETER = "lagi";

/** The part of the page of an import in which OPDs are recorded. */
export const OFFICES_ANCHOR = "#perangkat-daerah";

/** The address of the page to sign in, which then goes back to the page at `back`. */
export function signInAddress(language: Language, back: string): string {
  return withBack(rootedPath("/masuk"), language, back);
}

/** The address of the page to sign in in another tab, also while a session is open. */
export function signInAgainAddress(language: Language): string {
  return `${withBack(rootedPath("/masuk"), language, DONE_PATH)}&${AGAIN_PARAMETER}=1`;
}

/** The address of the page to sign out, which offers the way back to the page at `back`. */
export function signOutAddress(language: Language, back: string): string {
  return withBack(rootedPath("/keluar"), language, back);
}

export function accountAddress(language: Language): string {
  return rootedPath(`/akun${languageParameter(language)}`);
}

export function peopleAddress(language: Language): string {
  return rootedPath(`/akun/orang${languageParameter(language)}`);
}

/** The path and the query of the current page. */
export function currentPath(): string {
  return location.pathname + location.search;
}

/** Returns the path if it leads to a page of this instance, and else null. */
export function ownPath(path: string | null): string | null {
  if (!path?.startsWith("/") || !URL.canParse(path, location.origin)) return null;
  const address = new URL(path, location.origin);
  const isOwn = address.origin === location.origin && unrootedPath(address.pathname) !== null;
  return isOwn ? address.pathname + address.search : null;
}

function withBack(path: string, language: Language, back: string): string {
  const parameters = new URLSearchParams(language === "en" ? { bahasa: "en" } : {});
  if (back !== rootedPath("/")) parameters.set("kembali", back);
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}

function languageParameter(language: Language): string {
  return language === "en" ? "?bahasa=en" : "";
}

/** The address of a file of a region, such as `aplikasi.xlsx`. */
export function fileAddress(code: string, name: string): string {
  return rootedPath(`/unduh/${encodeURIComponent(code)}/${name}`);
}
