/** The alerts about regions whose copy is not current. */
import type { Formats } from "./format";
import type { SharedMessages } from "./messages";
import type { Source } from "./types";

type AlertState = Exclude<Source["state"], "OWNED" | "FRESH">;

/** An alert about all regions whose copy is in one state. */
export interface SourceAlert {
  state: AlertState;
  names: readonly string[];
  /** The time at which each copy was last known to be complete; a copy that never was has no time. */
  asOf: readonly Date[];
}

const WORST_FIRST: readonly AlertState[] = ["DIVERGED", "UNREACHABLE", "STALE"];

/** Whether the data that the page shows may differ from the data of the region's own node. */
export function isBehind({ state }: Source): boolean {
  return state !== "OWNED" && state !== "FRESH";
}

/** Returns the sentences about a source that its state does not say; none if all is well. */
export function sourceNotes(
  { problem, clock, refusedCount }: Source,
  messages: SharedMessages,
  format: Formats,
): string[] {
  return [
    ...(problem ? [messages.sourceProblem[problem]] : []),
    ...(clock ? [messages.sourceClock[clock]] : []),
    ...(refusedCount ? [messages.refusedCount(format.number(refusedCount))] : []),
  ];
}

/** Returns an alert for each state that occurs. A region without a name on the page is left out. */
export function listSourceAlerts(
  sources: Iterable<Source>,
  nameOf: (code: string) => string | null | undefined,
): SourceAlert[] {
  const behind = [...sources].flatMap((source) => {
    const name = nameOf(source.regionCode);
    return isBehind(source) && name != null ? [{ ...source, name }] : [];
  });
  return WORST_FIRST.flatMap((state) => {
    const inState = behind.filter((source) => source.state === state);
    if (inState.length === 0) return [];
    const asOf = inState.flatMap((source) => (source.asOf == null ? [] : [new Date(source.asOf)]));
    return [{ state, names: inState.map(({ name }) => name), asOf }];
  });
}

/** Returns the alert as one sentence. It names at most `maximum` regions and counts the rest. */
export function alertSentence(
  { state, names, asOf }: SourceAlert,
  maximum: number,
  messages: SharedMessages,
  format: Formats,
): string {
  const unnamedCount = names.length - maximum;
  const items =
    unnamedCount > 0 ? [...names.slice(0, maximum), messages.moreRegions(unnamedCount)] : names;
  const oldestFirst = asOf.toSorted((a, b) => a.getTime() - b.getTime());
  const moments = [...new Set(oldestFirst.map((at) => format.moment(at)))];
  const [oldest] = moments;
  const since = oldest === undefined ? null : messages.since(oldest, moments.length > 1);
  return messages.sourceAlert[state](format.list(items), since);
}
