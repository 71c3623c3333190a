/**
 * Makes the font of the pages: the part of Inter that `src/shared/theme.css` declares for the family.
 *
 * The first `@font-face` of that file names the characters (`unicode-range`) and the weights of the part, and
 * its second one the rest, which a browser loads only for a page that contains such a character. The build
 * fails if a source contains a character or a weight of Inter that the first one leaves out.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const THEME = "src/shared/theme.css";
const WHOLE_FONT = "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";
const FONT_RANGES = "@fontsource-variable/inter/unicode.json";
/** The OpenType features that the pages switch on, and those that browsers apply by themselves. */
const FEATURES = ["tnum", "cv05", "calt", "ccmp", "kern", "locl", "mark", "mkmk"];
const SOURCES = /\.(?:svelte|ts|css)$/;
const COMMENTS = /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g;

/** The part of `subset-font` that the build uses; the package has no types. */
type SubsetFont = (
  font: Buffer,
  text: string,
  options: {
    targetFormat: "woff2";
    keepFeatures: readonly string[];
    variationAxes: Record<string, { min: number; max: number }>;
  },
) => Promise<Buffer>;

const require = createRequire(import.meta.url);
const subsetFont = require("subset-font") as SubsetFont;

interface Part {
  /** The path of the made font from the folder of the style sheet. */
  file: string;
  codePoints: Set<number>;
  weights: { min: number; max: number };
}

/** Writes the font before the build, or before the development server, reads the style sheet. */
export const pageFont: Plugin = {
  name: "page-font",
  async buildStart() {
    const part = declaredPart(readFileSync(THEME, "utf8"));
    for (const problem of missingParts(part)) this.error(problem);
    const text = String.fromCodePoint(...part.codePoints);
    const font = await subsetFont(readFileSync(require.resolve(WHOLE_FONT)), text, {
      targetFormat: "woff2",
      keepFeatures: FEATURES,
      variationAxes: { wght: part.weights },
    });
    const path = join(dirname(THEME), part.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, font);
  },
};

function declaredPart(theme: string): Part {
  const [, file, range, min, max] =
    /@font-face\s*{(?=[^}]*url\("([^"]+)"\))(?=[^}]*unicode-range:([^;]+);)(?=[^}]*font-weight: (\d+) (\d+);)/.exec(
      theme,
    ) ?? [];
  if (!file || !range) throw new Error(`expected a font with unicode-range and two weights first in ${THEME}`);
  return { file, codePoints: parseRanges(range), weights: { min: Number(min), max: Number(max) } };
}

/** Returns the code points of a `unicode-range`. */
function parseRanges(ranges: string): Set<number> {
  const bounds = [...ranges.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].map(([, first = "", last = first]) => [
    parseInt(first, 16),
    parseInt(last, 16),
  ]);
  return new Set(
    bounds.flatMap(([first = 0, last = 0]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    ),
  );
}

/** Returns a sentence for each character and weight in the sources that the whole font has and the part has not. */
function missingParts({ codePoints, weights }: Part): string[] {
  const whole = JSON.parse(readFileSync(require.resolve(FONT_RANGES), "utf8")) as { latin: string };
  const isInFont = parseRanges(whole.latin);
  const problems: string[] = [];
  for (const name of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!SOURCES.test(name)) continue;
    const source = readFileSync(join("src", name), "utf8").replaceAll(COMMENTS, "");
    for (const character of new Set(source)) {
      const codePoint = character.codePointAt(0)!;
      if (codePoint < 0x20 || codePoints.has(codePoint) || !isInFont.has(codePoint)) continue;
      problems.push(`src/${name}: expected characters of the unicode-range in ${THEME}, got ${character}`);
    }
    for (const [, weight] of source.matchAll(/font-weight: (\d+);/g)) {
      if (Number(weight) >= weights.min && Number(weight) <= weights.max) continue;
      problems.push(`src/${name}: expected a weight of the font in ${THEME}, got ${weight}`);
    }
  }
  return problems;
}
