/** The address of the pages of the instance that owns a region. */

const PAGE_SCHEMES: Record<string, string> = { "ws:": "http:", "wss:": "https:", "http:": "http:", "https:": "https:" };

/**
 * Returns the address of a region's page at the instance whose API has the address `api`; null if `api` is
 * not the address of a web server, or is not known to the viewer.
 */
export function ownerPageAddress(api: string | null, code: string): string | null {
  if (api === null || !URL.canParse(api)) return null;
  const { protocol, host } = new URL(api);
  const scheme = PAGE_SCHEMES[protocol];
  return scheme ? `${scheme}//${host}/daerah/${encodeURIComponent(code)}` : null;
}
