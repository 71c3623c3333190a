/** The pages of the instance that owns a region, by the address of its API. */

const PAGES: Record<string, string> = { "ws:": "http:", "wss:": "https:", "http:": "http:", "https:": "https:" };

/** Returns the address of a region's page there; null if the address is not that of a web server. */
export function ownerPage(api: string, code: string): string | null {
  if (!URL.canParse(api)) return null;
  const { protocol, host } = new URL(api);
  const scheme = PAGES[protocol];
  return scheme ? `${scheme}//${host}/daerah/${encodeURIComponent(code)}` : null;
}
