/** Draws the means with uPlot: a line for each instrument, its breaks, and the years without enough regions. */
import uPlot from "uplot";
import { NEARLY_ALL } from "../shared/edition";
import { shortInstrument } from "../shared/format";
import type { Mean } from "./documents";

/** Room above the highest and below the lowest dot for the numbers next to them, in index points. */
const ROOM_ABOVE = 0.45;
const ROOM_BELOW = 0.35;

/**
 * Whether a mean covers enough regions to be a point of the line.
 *
 * A mean over a few regions follows which of them have a result, not how the province does: the first
 * two to publish are often the best two, and their mean would be the highest point. The limit is the
 * share of results at which a year counts as published, so that the wall's edition is on its line.
 */
export function coversEnough({ count, of }: Mean): boolean {
  return count >= of * NEARLY_ALL;
}

/** Draws into `target`; returns the function that takes it away again. */
export function meanChart(
  target: HTMLElement,
  means: readonly Mean[],
  width: number,
  height: number,
  shown: (value: string) => string,
): () => void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name);
  const em = parseFloat(style.fontSize);
  const font = (rem: number, weight = 500) => `${weight} ${rem * em}px ${style.fontFamily}`;

  const first = Math.min(...means.map(({ year }) => year));
  const last = Math.max(...means.map(({ year }) => year));
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const instruments = [...new Map(means.map(({ instrument }) => [instrument.id, instrument])).values()];
  const values = (id: string) =>
    years.map((year) => {
      const mean = means.find((each) => each.year === year && each.instrument.id === id);
      return mean && coversEnough(mean) ? Number(mean.value) : null;
    });

  const lines: uPlot.Series[] = instruments.map(() => ({
    stroke: colour("--series"),
    width: 0.2 * em,
    points: { show: true, size: 0.7 * em, fill: colour("--series"), stroke: colour("--series") },
  }));
  const axis = { stroke: colour("--ink-soft"), font: font(0.8), ticks: { show: false } };

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
          grid: { stroke: colour("--line"), width: 1, dash: [2, 4] },
          size: 2.6 * em,
          space: 1.6 * em,
          incrs: [1, 2],
          values: (_, splits) => splits.map((split) => shown(String(split)).slice(0, -1)),
        },
      ],
      series: [{}, ...lines],
      hooks: { draw: [annotate] },
    },
    [years, ...instruments.map(({ id }) => values(id))],
    target,
  );

  function annotate({ ctx, bbox, valToPos }: uPlot): void {
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.textAlign = "center";
    ctx.lineJoin = "round";
    for (const { id, name } of instruments) {
      const own = means.filter((mean) => mean.instrument.id === id).map(({ year }) => year);
      const start = valToPos(Math.min(...own) - 0.5, "x", true);
      const end = valToPos(Math.max(...own) + 0.5, "x", true);
      ctx.fillStyle = colour("--ink-soft");
      ctx.font = scaled(font(0.8, 600), ratio);
      ctx.fillText(shortInstrument(name), (start + end) / 2, bbox.top - 0.5 * em * ratio, end - start - em * ratio);
      if (start <= bbox.left + 1) continue;
      ctx.strokeStyle = colour("--break");
      ctx.lineWidth = 0.12 * em * ratio;
      ctx.setLineDash([0.4 * em * ratio, 0.3 * em * ratio]);
      ctx.beginPath();
      ctx.moveTo(start, bbox.top - 1.2 * em * ratio);
      ctx.lineTo(start, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    for (const mean of means) {
      const { year, value, display, count, of } = mean;
      const x = valToPos(year, "x", true);
      let countAt = bbox.top + bbox.height - 0.5 * em * ratio;
      if (coversEnough(mean)) {
        const y = valToPos(Number(value), "y", true);
        countAt = y + 1.25 * em * ratio;
        ctx.fillStyle = colour("--ink");
        ctx.strokeStyle = colour("--card"); // a halo, where the line passes behind the number
        ctx.lineWidth = 0.3 * em * ratio;
        ctx.font = scaled(font(1, 700), ratio);
        ctx.strokeText(shown(display), x, y - 0.75 * em * ratio);
        ctx.fillText(shown(display), x, y - 0.75 * em * ratio);
      }
      if (count === of) continue;
      // A mean over too few regions has no height: only their number stands on the floor of the chart.
      ctx.fillStyle = colour("--ink-soft");
      ctx.font = scaled(font(0.7), ratio);
      ctx.fillText(`${count}/${of}`, x, countAt);
    }
    ctx.restore();
  }

  return () => chart.destroy();
}

/** The canvas counts device pixels, the page does not. */
function scaled(font: string, ratio: number): string {
  return font.replace(/([\d.]+)px/, (_, size: string) => `${Number(size) * ratio}px`);
}
