/** Formats numbers, times and names in the language of the page, in Indonesian as 4,59 and 09.48.12 WIB. */
import type { Language } from "./language";

const LOCALE: Record<Language, string> = { id: "id-ID", en: "en-GB" };
const LESS_THAN: Record<Language, string> = { id: "kurang dari 0,01", en: "less than 0.01" };
const ZONE = "Asia/Jakarta"; // WIB, independent of the time zone of the screen

export interface Formats {
  /** Formats a decimal string of the API with two decimal places. */
  index(value: string): string;
  /**
   * Formats the distance to a threshold that is not reached, with two decimal places. Returns null if it
   * rounds to 0.00: a published index may be rounded up to a threshold that it does not reach.
   */
  gap(value: string): string | null;
  /** Formats a distance of the API with two decimal places, or as "less than 0.01" if it rounds to 0.00. */
  distance(value: string): string;
  /** Formats a difference with two decimal places and its sign. */
  change(value: string): string;
  /** Formats a number with as many decimal places as it has, four at most. */
  number(value: number | string): string;
  /** Formats a whole number of any size with all its digits. */
  count(value: string): string;
  /** Formats a share from 0 to 1 as a percentage. */
  percent(share: number | string): string;
  /** Joins the items of a list, as in "a, b, dan c". */
  list(items: readonly string[]): string;
  date(at: string): string;
  time(at: Date): string;
  /** Formats a time to the minute, with the day only if it is not today. Walls need the short form. */
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
    distance: (value) =>
      Number(value) > 0 && roundsToZero(value) ? LESS_THAN[language] : index.format(Number(value)),
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

/** Whether a value with two decimal places is shown as 0,00. */
function roundsToZero(value: number | string): boolean {
  return Number(Number(value).toFixed(2)) === 0;
}

/** The name of a region for the rows of a table. "Kab. Bogor" and "Kota Bogor" stay distinct. */
export function shortName(name: string): string {
  return name.replace(/^Kabupaten /, "Kab. ");
}

/** The name of a region for maps and titles. It contains the kind only for a city, as in "Kota Bogor". */
export function bareName(name: string): string {
  return name.replace(/^(Kabupaten|Provinsi) /, "");
}

/** The name of an instrument without the word "Indeks", for places that are clearly about an index. */
export function shortInstrument(name: string): string {
  return name.replace(/^Indeks /, "");
}
