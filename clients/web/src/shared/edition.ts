/** The instrument, year and kind that a page shows: chosen in the address, or by the page itself. */
import type { Edition, Kind } from "./types";

/** Year and kind; a year has one instrument. */
export type Choice = `${number}/${Kind}`;

/** A year counts as published once this share of the regions has an official result. */
export const NEARLY_ALL = 0.9;

export function choice({ year, kind }: { year: number; kind: Kind }): Choice {
  return `${year}/${kind}`;
}

/** `?tahun=2024&jenis=OFFICIAL`; the kind may be left out. */
export function choiceInAddress(search: string): Choice | null {
  const parameters = new URLSearchParams(search);
  const year = Number(parameters.get("tahun"));
  if (!Number.isInteger(year) || year <= 0) return null;
  return choice({ year, kind: (parameters.get("jenis") ?? "OFFICIAL") as Kind });
}

/** Updates the address, so that it opens the same view on another screen. */
export function putInAddress(choice: Choice | null): void {
  const address = new URL(location.href);
  const [year, kind] = choice?.split("/") ?? [];
  for (const [name, value] of Object.entries({ tahun: year, jenis: kind })) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  history.replaceState(null, "", address);
}

/**
 * The requested edition; otherwise the one that a replay shows; otherwise the newest year whose official
 * results are nearly complete; otherwise the official year with most results.
 *
 * `leading` is `"newest"` in a replay that has sent no event yet.
 */
export function chosen(
  editions: readonly Edition[],
  asked: Choice | null,
  regions: number,
  leading: Choice | "newest" | null,
): Edition | null {
  const official = editions
    .filter(({ kind }) => kind === "OFFICIAL")
    .toSorted((one, other) => other.year - one.year);
  const named = (name: Choice | null) => editions.find((edition) => choice(edition) === name);
  return (
    named(asked) ??
    (leading === "newest" ? official[0] : named(leading)) ??
    official.find(({ count }) => count >= regions * NEARLY_ALL) ??
    official.toSorted((one, other) => other.count - one.count)[0] ??
    editions[0] ??
    null
  );
}
