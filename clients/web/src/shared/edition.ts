/** The edition (instrument, year and kind) that a page shows: the address or the page itself chooses it. */
import type { Edition, Kind } from "./types";

/** The year and the kind of an edition. They identify it, because each year has one instrument. */
export type Choice = `${number}/${Kind}`;

/** A year counts as published once this share of the regions has an official result. */
export const NEARLY_ALL = 0.9;

export function choice({ year, kind }: { year: number; kind: Kind }): Choice {
  return `${year}/${kind}`;
}

/** Reads the choice from an address such as `?tahun=2024&jenis=OFFICIAL`; the kind is optional. */
export function parseChoice(search: string): Choice | null {
  const parameters = new URLSearchParams(search);
  const year = Number(parameters.get("tahun"));
  if (!Number.isInteger(year) || year <= 0) return null;
  return choice({ year, kind: (parameters.get("jenis") ?? "OFFICIAL") as Kind });
}

/** Writes the choice to the address, so that the address opens the same view on another screen. */
export function writeChoiceToAddress(choice: Choice | null): void {
  const address = new URL(location.href);
  const [year, kind] = choice?.split("/") ?? [];
  for (const [name, value] of Object.entries({ tahun: year, jenis: kind })) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  history.replaceState(null, "", address);
}

/**
 * Returns the first of these editions that exists: the requested edition, the edition that a replay
 * shows, the newest year whose official results are nearly complete, the year with the most official
 * results, any edition.
 *
 * `replayed` is the edition of the newest official event of a replay, or `"newest"` before the first one.
 */
export function chooseEdition(
  editions: readonly Edition[],
  requested: Choice | null,
  regionCount: number,
  replayed: Choice | "newest" | null,
): Edition | null {
  const official = editions
    .filter(({ kind }) => kind === "OFFICIAL")
    .toSorted((a, b) => b.year - a.year);
  const findEdition = (wanted: Choice | null) => editions.find((edition) => choice(edition) === wanted);
  return (
    findEdition(requested) ??
    (replayed === "newest" ? official[0] : findEdition(replayed)) ??
    official.find(({ resultCount }) => resultCount >= regionCount * NEARLY_ALL) ??
    official.toSorted((a, b) => b.resultCount - a.resultCount)[0] ??
    editions[0] ??
    null
  );
}
