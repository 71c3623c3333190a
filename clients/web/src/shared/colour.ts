/** Colours of values: a hue for each predicate, and a ramp within it that shows the order of values. */
import type { Instrument } from "./types";

type Rgb = readonly [number, number, number];

/** Best predicate first: the ramp from its lowest to its highest value (palette of Jawa Barat). */
const RAMPS: readonly (readonly [Rgb, Rgb])[] = [
  [[0, 132, 68], [112, 205, 148]], // green 800 to 300
  [[13, 71, 161], [144, 202, 249]], // blue 900 to 200
  [[255, 149, 0], [255, 228, 131]], // yellow 800 to 200
  [[173, 66, 0], [255, 117, 0]], // darkened yellow 900 to yellow 900
  [[157, 25, 81], [255, 108, 143]], // pink 900 to 300
];
const LAST_RAMP = RAMPS.length - 1;

export interface Band {
  label: string;
  /** Null for the lowest: it has no threshold. */
  minimum: string | null;
  from: number;
  to: number;
  /** Low, middle and high end, for the legend and for marks. */
  low: string;
  middle: string;
  high: string;
}

export interface Paint {
  fill: string;
  /** Black or white, whichever reads better on the fill; one of them always has contrast 4.5. */
  ink: string;
}

/** The predicates of an instrument, best first, as bands of values. */
export function bands(instrument: Instrument): Band[] {
  return instrument.predicates.map(({ label, minimum }, index, all) => {
    const better = all[index - 1]?.minimum;
    const ramp = RAMPS[Math.min(index, LAST_RAMP)]!;
    return {
      label,
      minimum,
      from: minimum === null ? instrument.levelMin : Number(minimum),
      to: better == null ? instrument.levelMax : Number(better),
      low: css(ramp[0]),
      middle: css(between(ramp, 0.6)),
      high: css(ramp[1]),
    };
  });
}

/** Fill and ink of a value; the predicate comes from the server, only its shade is computed here. */
export function paint(all: readonly Band[], predicate: string, value: string): Paint {
  const index = all.findIndex((band) => band.label === predicate);
  const band = all[index];
  if (band === undefined) return { fill: "#627798", ink: "#000" };
  const share = (Number(value) - band.from) / (band.to - band.from);
  const fill = between(RAMPS[Math.min(index, LAST_RAMP)]!, Math.min(1, Math.max(0, share)));
  return { fill: css(fill), ink: luminance(fill) > 0.179 ? "#000" : "#fff" };
}

function between([low, high]: readonly [Rgb, Rgb], share: number): Rgb {
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(low[channel] + (high[channel] - low[channel]) * share);
  return [mix(0), mix(1), mix(2)];
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Relative luminance of WCAG 2; at 0.179 black and white have equal contrast. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
