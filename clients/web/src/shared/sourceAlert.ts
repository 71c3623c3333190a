/** The alerts of the pages about regions whose copy is not current. */
import type { Formats } from "./format";
import type { SharedMessages } from "./messages";
import type { Source } from "./types";

type AlertState = Exclude<Source["state"], "OWNED" | "FRESH">;

/** All regions in one of the states that a page reports. */
export interface SourceAlert {
  state: AlertState;
  names: readonly string[];
  /** When each copy was last known to be complete; empty if it never was. */
  asOf: readonly Date[];
}

const WORST_FIRST: readonly AlertState[] = ["DIVERGED", "UNREACHABLE", "STALE"];

/** Whether the shown data of the region may differ from that of its own node. */
export function isBehind({ state }: Source): boolean {
  return state !== "OWNED" && state !== "FRESH";
}

/** Returns an alert for each state that occurs; regions that have no name on the page are left out. */
export function listSourceAlerts(
  sources: Iterable<Source>,
  nameOf: (code: string) => string | null | undefined,
): SourceAlert[] {
  const behind = [...sources].flatMap((source) => {
    const name = nameOf(source.region);
    return isBehind(source) && name != null ? [{ ...source, name }] : [];
  });
  return WORST_FIRST.flatMap((state) => {
    const inState = behind.filter((source) => source.state === state);
    if (inState.length === 0) return [];
    const asOf = inState.flatMap((source) => (source.asOf == null ? [] : [new Date(source.asOf)]));
    return [{ state, names: inState.map(({ name }) => name), asOf }];
  });
}

/** The alert as one sentence, which names at most so many regions and counts the others. */
export function alertSentence(
  { state, names, asOf }: SourceAlert,
  most: number,
  messages: SharedMessages,
  format: Formats,
): string {
  const others = names.length - most;
  const named = others > 0 ? [...names.slice(0, most), messages.otherRegions(others)] : names;
  const oldestFirst = asOf.toSorted((one, other) => one.getTime() - other.getTime());
  const moments = [...new Set(oldestFirst.map((at) => format.moment(at)))];
  const [first] = moments;
  const since = first === undefined ? null : messages.since(first, moments.length > 1);
  return messages.sourceAlert[state](format.list(named), since);
}
