/** Parses the id of a rule, which every computed statement carries. */

export interface Rule {
  /** "R18", or the name of the whole rule. */
  id: string;
  version: string;
  /** The table that contains the rule; empty if the rule is in none. */
  table: string;
}

/** `permenpanrb59-2020/engine/0.1/R18`, table, version and rule; or `consolidation/1`. */
export function ruleOf(text: string): Rule {
  const parts = text.split("/");
  const place = parts.findIndex((part) => /^\d+(\.\d+)*$/.test(part));
  if (place < 1) return { id: text, version: "", table: "" };
  const [before, after] = [parts.slice(0, place).join("/"), parts.slice(place + 1).join("/")];
  const version = parts[place]!;
  return after ? { id: after, version, table: before } : { id: before, version, table: "" };
}
