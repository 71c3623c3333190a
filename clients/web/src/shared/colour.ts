/** The colours of values: each predicate has a hue, and a ramp within the hue shows the order of values. */
import type { Instrument } from "./types";

type Rgb = readonly [number, number, number];

/**
 * A ramp for each predicate, from its lowest to its highest value; the best predicate comes first.
 * The colours are those of the palette of Jawa Barat.
 */
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
  /** The threshold of the predicate; null for the lowest predicate, which has none. */
  minimum: string | null;
  from: number;
  to: number;
  /** The colours of the lowest, a middle and the highest value, for the legend and for marks. */
  low: string;
  middle: string;
  high: string;
}

export interface Paint {
  fill: string;
  /** Black or white, the one with more contrast on the fill. It always has a contrast of at least 4.5. */
  ink: string;
}

/** The predicates of an instrument as bands of values; the best one comes first. */
export function predicateBands(instrument: Instrument): Band[] {
  return instrument.predicates.map(({ label, minimum }, index, predicates) => {
    const nextThreshold = predicates[index - 1]?.minimum;
    const ramp = RAMPS[Math.min(index, LAST_RAMP)]!;
    return {
      label,
      minimum,
      from: minimum === null ? instrument.levelMin : Number(minimum),
      to: nextThreshold == null ? instrument.levelMax : Number(nextThreshold),
      low: toCss(ramp[0]),
      middle: toCss(mixColours(ramp, 0.6)),
      high: toCss(ramp[1]),
    };
  });
}

/** The fill and the ink of a value. The server decides the predicate; this function computes only the shade. */
export function paint(bands: readonly Band[], predicate: string, value: string): Paint {
  const index = bands.findIndex((band) => band.label === predicate);
  const band = bands[index];
  if (band === undefined) return { fill: "#627798", ink: "#000" };
  const share = (Number(value) - band.from) / (band.to - band.from);
  const fill = mixColours(RAMPS[Math.min(index, LAST_RAMP)]!, Math.min(1, Math.max(0, share)));
  return { fill: toCss(fill), ink: luminance(fill) > 0.179 ? "#000" : "#fff" };
}

/** The colour at a share of the way from the low to the high end of a ramp. */
function mixColours([low, high]: readonly [Rgb, Rgb], share: number): Rgb {
  const mixChannel = (channel: 0 | 1 | 2) =>
    Math.round(low[channel] + (high[channel] - low[channel]) * share);
  return [mixChannel(0), mixChannel(1), mixChannel(2)];
}

function toCss([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** The relative luminance of WCAG 2. At 0.179, black and white have the same contrast. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
