/** Draws the means with uPlot: a line for each instrument, the breaks, and the years with too few regions. */
import uPlot from "uplot";
import { NEARLY_ALL } from "../shared/edition";
import { shortInstrument } from "../shared/format";
import type { Mean } from "./documents";

/** The room above the highest and below the lowest dot for the numbers next to them, in index points. */
const ROOM_ABOVE = 0.45;
const ROOM_BELOW = 0.35;

/**
 * Whether a mean covers enough regions to be a point of the line.
 *
 * A mean over a few regions depends on which regions have a result: the first two to publish are often
 * the best two, and their mean would be the highest point. The limit is the share of results at which a
 * year counts as published, so the mean of a published year is on the line.
 */
export function coversEnough({ resultCount, regionCount }: Mean): boolean {
  return resultCount >= regionCount * NEARLY_ALL;
}

/** Draws the chart into `target`; returns the function that removes it. */
export function drawMeanChart(
  target: HTMLElement,
  means: readonly Mean[],
  width: number,
  height: number,
  formatIndex: (value: string) => string,
): () => void {
  const style = getComputedStyle(document.documentElement);
  const themeColour = (name: string) => style.getPropertyValue(name);
  const em = parseFloat(style.fontSize);
  const font = (rem: number, weight = 500) => `${weight} ${rem * em}px ${style.fontFamily}`;

  const first = Math.min(...means.map(({ year }) => year));
  const last = Math.max(...means.map(({ year }) => year));
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const instruments = [...new Map(means.map(({ instrument }) => [instrument.id, instrument])).values()];
  const yearlyMeans = (id: string) =>
    years.map((year) => {
      const yearMean = means.find(({ year: meanYear, instrument }) => meanYear === year && instrument.id === id);
      return yearMean && coversEnough(yearMean) ? Number(yearMean.mean.value) : null;
    });

  const lines: uPlot.Series[] = instruments.map(() => ({
    stroke: themeColour("--series"),
    width: 0.2 * em,
    points: { show: true, size: 0.7 * em, fill: themeColour("--series"), stroke: themeColour("--series") },
  }));
  const axis = { stroke: themeColour("--ink-soft"), font: font(0.8), ticks: { show: false } };

  const chart = new uPlot(
    {
      width,
      height,
      pxAlign: false,
      legend: { show: false },
      cursor: { show: false },
      padding: [1.4 * em, 1.2 * em, 0, 0],
      scales: {
        x: { time: false, range: () => [first - 0.5, last + 0.5] },
        y: {
          range: (_, low, high) => [
            Math.floor((low - ROOM_BELOW) * 2) / 2,
            Math.ceil((high + ROOM_ABOVE) * 2) / 2,
          ],
        },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 1.7 * em,
          splits: () => years,
          values: (_, splits) => splits.map(String),
        },
        {
          ...axis,
          grid: { stroke: themeColour("--line"), width: 1, dash: [2, 4] },
          size: 2.6 * em,
          space: 1.6 * em,
          incrs: [1, 2],
          values: (_, splits) => splits.map((split) => formatIndex(String(split)).slice(0, -1)),
        },
      ],
      series: [{}, ...lines],
      hooks: { draw: [drawLabels] },
    },
    [years, ...instruments.map(({ id }) => yearlyMeans(id))],
    target,
  );

  function drawLabels({ ctx, bbox, valToPos }: uPlot): void {
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.textAlign = "center";
    ctx.lineJoin = "round";
    for (const { id, name } of instruments) {
      const meanYears = means.filter((mean) => mean.instrument.id === id).map(({ year }) => year);
      const start = valToPos(Math.min(...meanYears) - 0.5, "x", true);
      const end = valToPos(Math.max(...meanYears) + 0.5, "x", true);
      ctx.fillStyle = themeColour("--ink-soft");
      ctx.font = scaleFont(font(0.8, 600), ratio);
      ctx.fillText(shortInstrument(name), (start + end) / 2, bbox.top - 0.5 * em * ratio, end - start - em * ratio);
      if (start <= bbox.left + 1) continue;
      ctx.strokeStyle = themeColour("--break");
      ctx.lineWidth = 0.12 * em * ratio;
      ctx.setLineDash([0.4 * em * ratio, 0.3 * em * ratio]);
      ctx.beginPath();
      ctx.moveTo(start, bbox.top - 1.2 * em * ratio);
      ctx.lineTo(start, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    for (const indexMean of means) {
      const { year, mean, resultCount, regionCount } = indexMean;
      const x = valToPos(year, "x", true);
      let countY = bbox.top + bbox.height - 0.5 * em * ratio;
      if (coversEnough(indexMean)) {
        const y = valToPos(Number(mean.value), "y", true);
        countY = y + 1.25 * em * ratio;
        ctx.fillStyle = themeColour("--ink");
        // A halo separates the number from the line that passes behind it.
        ctx.strokeStyle = themeColour("--card");
        ctx.lineWidth = 0.3 * em * ratio;
        ctx.font = scaleFont(font(1, 700), ratio);
        ctx.strokeText(formatIndex(mean.display), x, y - 0.75 * em * ratio);
        ctx.fillText(formatIndex(mean.display), x, y - 0.75 * em * ratio);
      }
      if (resultCount === regionCount) continue;
      // A mean over too few regions has no dot: only the number of regions is shown, at the bottom.
      ctx.fillStyle = themeColour("--ink-soft");
      ctx.font = scaleFont(font(0.7), ratio);
      ctx.fillText(`${resultCount}/${regionCount}`, x, countY);
    }
    ctx.restore();
  }

  return () => chart.destroy();
}

/** Converts a font size from CSS pixels to the device pixels of a canvas. */
function scaleFont(font: string, ratio: number): string {
  return font.replace(/([\d.]+)px/, (_, size: string) => `${Number(size) * ratio}px`);
}
