/** The gaps to a level, with one sentence for each kind of gap. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { NameIndex } from "../nameIndex.svelte";
import type { Gap, Missing, Open } from "./documents";

/** If there are more names than this, only the first ones are listed and the rest counted. */
const NAMES_MOST = 10;
const NAMES_READ_OUT = 6;

export function sentences(open: Open, nameIndex: NameIndex, messages: RegionMessages, format: Formats): string[] {
  // A gap without a subject gets a sentence of its own and is not counted.
  const kinds = new Map<string, Missing[]>();
  for (const each of open.missing) {
    const key = `${each.gap} ${each.subject !== ""}`;
    kinds.set(key, [...(kinds.get(key) ?? []), each]);
  }
  const found = [...kinds.values()].map((missing) => {
    const gap: Gap = missing[0]!.gap;
    const names = missing.map((each) => nameOf(each, nameIndex, messages, format)).filter(Boolean);
    return messages.verification.gap[gap](listed(names, messages, format), missing.length);
  });
  const unlisted = open.missingCount - open.missing.length;
  return unlisted > 0 ? [...found, messages.verification.unlisted(unlisted)] : found;
}

function listed(names: readonly string[], messages: RegionMessages, format: Formats): string {
  if (names.length <= NAMES_MOST) return format.list(names);
  const shown = names.slice(0, NAMES_READ_OUT);
  return `${shown.join(", ")}, ${messages.andMore(names.length - shown.length)}`;
}

function nameOf(
  { gap, subject, name, details }: Missing,
  nameIndex: NameIndex,
  messages: RegionMessages,
  format: Formats,
): string {
  switch (gap) {
    case "NO_APPLICATION":
      return "";
    case "NO_DOCUMENT":
      return messages.verification.document[subject] ?? subject;
    case "NOT_COUNTED":
    case "OWNER_UNKNOWN":
    case "PARTNER_NOT_NAMED": {
      const exchange = nameIndex.exchanges.get(subject);
      const what = exchange
        ? messages.exchange(exchange.source.name, exchange.target?.name ?? exchange.targetName, "")
        : subject;
      const why = details.map((defect) => messages.verification.defect[defect] ?? defect);
      return why.length ? messages.verification.because(what, format.list(why)) : what;
    }
    case "DUPLICATE":
      return subject.split(" ").map((id) => nameIndex.nameOf(id)).join(" – ");
    default:
      return name ?? subject;
  }
}
