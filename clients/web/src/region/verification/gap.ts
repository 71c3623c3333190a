/** The sentences for the gaps to a level: one sentence for each kind of gap. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { NameIndex } from "../nameIndex.svelte";
import type { Gap, Missing, OpenLevel } from "./documents";

/** The largest number of names that are all listed. Of a longer list, only the first names are listed. */
const MAXIMUM_NAMES = 10;
const FIRST_NAMES = 6;

/** Returns a sentence for each kind of gap to the level, and one for the gaps that are not listed. */
export function gapSentences(
  openLevel: OpenLevel,
  nameIndex: NameIndex,
  messages: RegionMessages,
  format: Formats,
): string[] {
  // Gaps without a subject get a separate sentence.
  const groups = new Map<string, Missing[]>();
  for (const missing of openLevel.missing) {
    const key = `${missing.gap} ${missing.subject !== ""}`;
    groups.set(key, [...(groups.get(key) ?? []), missing]);
  }
  const sentences = [...groups.values()].map((group) => {
    const gap: Gap = group[0]!.gap;
    const names = group
      .map((missing) => nameOf(missing, nameIndex, messages, format))
      .filter(Boolean);
    return messages.verification.gap[gap](listNames(names, messages, format), group.length);
  });
  const unlistedCount = openLevel.missingCount - openLevel.missing.length;
  return unlistedCount > 0
    ? [...sentences, messages.verification.unlisted(unlistedCount)]
    : sentences;
}

function listNames(names: readonly string[], messages: RegionMessages, format: Formats): string {
  if (names.length <= MAXIMUM_NAMES) return format.list(names);
  const first = names.slice(0, FIRST_NAMES);
  return `${first.join(", ")}, ${messages.andMore(names.length - first.length)}`;
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
      const exchangeName = exchange
        ? messages.exchange(
            exchange.source.name,
            exchange.target?.name ?? exchange.targetName ?? messages.unknown,
            null,
          )
        : subject;
      const reasons = details.map((defect) => messages.verification.defect[defect] ?? defect);
      return reasons.length
        ? messages.verification.withReasons(exchangeName, format.list(reasons))
        : exchangeName;
    }
    case "DUPLICATE":
      return subject.split(" ").map((id) => nameIndex.nameOf(id)).join(" – ");
    default:
      return name ?? subject;
  }
}
