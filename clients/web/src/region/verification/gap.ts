/** The sentences for the gaps to a level: one sentence for each kind of gap. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { Gap, MissingEvidence, OpenFinding } from "./documents";

/** The largest number of names that are all listed. Of a longer list, only the first names are listed. */
const MAXIMUM_NAMES = 10;
const FIRST_NAMES = 6;

/** Returns a sentence for each kind of gap to the level, and one for the gaps that are not listed. */
export function gapSentences(
  { missing }: OpenFinding,
  messages: RegionMessages,
  format: Formats,
): string[] {
  if (missing === null) return [];
  // Gaps without a subject get a separate sentence.
  const groups = new Map<string, { gap: Gap; names: string[]; count: number }>();
  for (const evidence of missing.nodes) {
    const name = nameOf(evidence, messages, format);
    const key = `${evidence.gap} ${name !== null}`;
    const group = groups.get(key) ?? { gap: evidence.gap, names: [], count: 0 };
    if (name !== null) group.names.push(name);
    group.count += 1;
    groups.set(key, group);
  }
  const sentences = [...groups.values()].map(({ gap, names, count }) =>
    messages.verification.gap[gap](listNames(names, messages, format), count),
  );
  const unlistedCount = missing.totalCount - missing.nodes.length;
  return unlistedCount > 0
    ? [...sentences, messages.verification.unlisted(unlistedCount)]
    : sentences;
}

function listNames(names: readonly string[], messages: RegionMessages, format: Formats): string {
  if (names.length <= MAXIMUM_NAMES) return format.list(names);
  const first = names.slice(0, FIRST_NAMES);
  return `${first.join(", ")}, ${messages.andMore(names.length - first.length)}`;
}

/** Returns the name of what the gap is about; null if it is about the region as a whole. */
function nameOf(
  { opd, applications, integration, documentKind, documentUrl, defects }: MissingEvidence,
  messages: RegionMessages,
  format: Formats,
): string | null {
  if (integration) {
    const { source, target, targetName } = integration;
    const exchangeName = messages.exchange(source.name, target?.name ?? targetName ?? messages.unknown, null);
    const reasons = defects.map((defect) => messages.verification.defect[defect]);
    return reasons.length
      ? messages.verification.withReasons(exchangeName, format.list(reasons))
      : exchangeName;
  }
  if (applications.length) return applications.map(({ name }) => name).join(" – ");
  if (documentKind) return messages.verification.document[documentKind];
  return opd?.name ?? documentUrl;
}
