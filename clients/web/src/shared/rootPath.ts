/**
 * The path under which the hub serves its pages, assets and API, which is empty at the root of its host.
 *
 * Every path of this instance in the pages is made here. `tests/clients/test_root_path.py` finds others.
 */

/** The path, such as `/simpul`. The hub writes it to the page; it has no `/` at its end. */
const ROOT_PATH = document.documentElement.dataset["rootPath"] ?? "";

/** Returns the path in the address of a page or an endpoint of this instance, such as `/masuk`. */
export function rootedPath(path: `/${string}`): string {
  return ROOT_PATH + path;
}

/** Returns a path without the root path; null if it leads to another application on the same host. */
export function unrootedPath(path: string): string | null {
  if (ROOT_PATH === "") return path;
  return path.startsWith(`${ROOT_PATH}/`) ? path.slice(ROOT_PATH.length) : null;
}

/** The path of the current page in this instance, such as `/daerah/32.05`. */
export function pagePath(): string {
  return unrootedPath(location.pathname) ?? location.pathname;
}

/** Returns the whole address of a page of this instance, for another person. */
export function rootedAddress(path: `/${string}`): string {
  return location.origin + rootedPath(path);
}

/** The address of the WebSocket. */
export function socketAddress(): string {
  return rootedAddress("/graphql").replace(/^http/, "ws");
}

/** Returns a name for what this instance keeps in the browser, which other ones on the host do not share. */
export function instanceKey(name: string): string {
  return name + ROOT_PATH;
}
