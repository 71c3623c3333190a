/** The viewer's token: taken once from the address (`#token=…`), kept for this tab only. */

const KEY = "simpul.token";

/** Moves a token from the address bar into the tab's storage, so that nobody reads it off a wall. */
export function takeToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return;
  sessionStorage.setItem(KEY, token);
  fragment.delete("token");
  const rest = fragment.toString();
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
}

/** Forgets a token that the server no longer takes; the page goes on with what is public. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** What identifies the viewer, as HTTP headers and as the payload of `connection_init` alike. */
export function credentials(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
