/** The address of the pages of the instance that owns a region. */

const PAGE_SCHEMES: Record<string, string> = { "ws:": "http:", "wss:": "https:", "http:": "http:", "https:": "https:" };

/**
 * Returns the address of a region's page at the instance whose API has the address `api`; null if `api` is
 * not the address of a web server.
 */
export function ownerPageAddress(api: string, code: string): string | null {
  if (!URL.canParse(api)) return null;
  const { protocol, host } = new URL(api);
  const scheme = PAGE_SCHEMES[protocol];
  return scheme ? `${scheme}//${host}/daerah/${encodeURIComponent(code)}` : null;
}
