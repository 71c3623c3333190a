/** The addresses that a page may link to, among those that people and other instances recorded. */

const LINKED_PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:"]);

/** Returns the address if it is one of the web, and else null: `javascript:` and its kin never become links. */
export function webAddress(recorded: string | null | undefined): string | null {
  if (!recorded || !URL.canParse(recorded)) return null;
  const address = new URL(recorded);
  return LINKED_PROTOCOLS.has(address.protocol) ? address.href : null;
}
