/** The viewer's token: the page reads it once from the address (`#token=…`) and stores it for this tab only. */

const KEY = "simpul.token";

/** Moves a token from the address bar into the tab's storage, so that it is not visible on a wall. */
export function takeToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return;
  sessionStorage.setItem(KEY, token);
  fragment.delete("token");
  const rest = fragment.toString();
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
}

/** Stores a token that the viewer has typed, for this tab only. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Deletes a token that the server no longer accepts; the page continues with public data. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** The credentials of the viewer, used as HTTP headers and as the payload of `connection_init`. */
export function credentials(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
