/** Numbers and times as Indonesians write them: 4,59 and 09.48.12 WIB. */
import type { Language } from "./language";

const LOCALE: Record<Language, string> = { id: "id-ID", en: "en-GB" };
const LESS_THAN: Record<Language, string> = { id: "kurang dari 0,01", en: "less than 0.01" };
const ZONE = "Asia/Jakarta"; // WIB, whatever the screen's own clock is set to

export interface Formats {
  /** A decimal string of the API with two places. */
  index(value: string): string;
  /**
   * The same for the distance to a threshold that is not reached: null if it rounds to 0.00.
   * An index that is known only as printed may be rounded up to the threshold that it does not reach.
   */
  gap(value: string): string | null;
  /** The same for a distance, with "less than 0.01" if it would be rounded to 0.00. */
  distance(value: number): string;
  /** The same with its sign. */
  change(value: string): string;
  /** A decimal string with its own number of places, four at most. */
  number(value: number | string): string;
  /** A whole number of any size, every digit of it. */
  count(value: string): string;
  /** A share of one. */
  percent(share: number | string): string;
  /** "a, b, dan c". */
  list(items: readonly string[]): string;
  date(at: string): string;
  time(at: Date): string;
  /** A time to the minute, with the day only if it is not today: on a wall, each letter costs height. */
  moment(at: Date): string;
  dateAndTime(at: Date): string;
}

export function formats(language: Language): Formats {
  const locale = LOCALE[language];
  const places = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const index = new Intl.NumberFormat(locale, places);
  const change = new Intl.NumberFormat(locale, { ...places, signDisplay: "exceptZero" });
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: ZONE } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const minute = new Intl.DateTimeFormat(locale, { ...clock, second: undefined });
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: ZONE });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const day = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: ZONE,
  });
  const date = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: ZONE,
  });
  return {
    index: (value) => index.format(Number(value)),
    gap: (value) => (roundsToZero(value) ? null : index.format(Number(value))),
    distance: (value) => (value > 0 && roundsToZero(value) ? LESS_THAN[language] : index.format(value)),
    change: (value) => change.format(Number(value)),
    number: (value) => number.format(Number(value)),
    count: (value) => number.format(BigInt(value)),
    percent: (share) => percent.format(Number(share)),
    list: (items) => list.format(items),
    date: (at) => day.format(new Date(at)),
    moment: (at) =>
      date.format(at) === date.format(Date.now())
        ? minute.format(at)
        : `${dayOfYear.format(at)} ${minute.format(at)}`,
    time: (at) => `${time.format(at)} WIB`,
    dateAndTime: (at) => `${date.format(at)} ${time.format(at)} WIB`,
  };
}

/** Whether a value would be shown as 0,00. */
function roundsToZero(value: number | string): boolean {
  return Number(Number(value).toFixed(2)) === 0;
}

/** A name for rows, in which "Kab. Bogor" and "Kota Bogor" stay distinct. */
export function shortName(name: string): string {
  return name.replace(/^Kabupaten /, "Kab. ");
}

/** A name for maps and titles, with the kind of region only if it is needed, as in "Kota Bogor". */
export function bareName(name: string): string {
  return name.replace(/^(Kabupaten|Provinsi) /, "");
}

/** The short name of an instrument, for contexts that are clearly about an index. */
export function shortInstrument(name: string): string {
  return name.replace(/^Indeks /, "");
}
