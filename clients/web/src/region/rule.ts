/** Parses the id of a rule. Every computed statement has such an id. */

export interface Rule {
  /** The number of the rule in its table, such as "R18", or the name of a rule without a table. */
  id: string;
  version: string;
  /** The table that contains the rule; empty if there is none. */
  table: string;
}

/** Parses `permenpanrb59-2020/engine/0.1/R18` (table, version, rule) or `consolidation/1` (rule, version). */
export function parseRule(text: string): Rule {
  const parts = text.split("/");
  const versionIndex = parts.findIndex((part) => /^\d+(\.\d+)*$/.test(part));
  if (versionIndex < 1) return { id: text, version: "", table: "" };
  const name = parts.slice(0, versionIndex).join("/");
  const number = parts.slice(versionIndex + 1).join("/");
  const version = parts[versionIndex]!;
  return number ? { id: number, version, table: name } : { id: name, version, table: "" };
}
