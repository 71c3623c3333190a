/**
 * A map from facts alone: an outline around the centroids, and in it a cell for each region.
 *
 * Limits: no real border. The outline has the province's true area, and each cell its region's true
 * share of it, lying around its centroid; nothing else about shapes and neighbours is claimed.
 */
import { contours } from "d3-contour";
import { polygonArea } from "d3-polygon";
import { cut, type Point, type Ring } from "./plane";

export interface Site {
  code: string;
  at: Point;
  areaKm2: number;
}

export interface Cell {
  code: string;
  rings: Ring[];
}

/** A region too small for a shape that could be read; radius in kilometres. */
export interface Disc {
  code: string;
  at: Point;
  radius: number;
}

export interface Shapes {
  outline: Ring[];
  cells: Cell[];
  discs: Disc[];
}

const GRID_STEP_KM = 2.5;
/** How far two regions reach for each other, in km: more closes bays, less shows single discs. */
const REACH_KM = 13;
/** A region of less than a quarter of the median area is drawn as a disc on its neighbours. */
const DISC_SHARE = 0.25;
const ROUNDS = 400;

export function schematic(sites: readonly Site[]): Shapes {
  if (sites.length === 0) return { outline: [], cells: [], discs: [] };
  const outline = outlineAround(sites);
  const discs = discsOf(sites);
  const small = new Set(discs.map(({ code }) => code));
  const cells = cellsWithin(
    outline,
    sites.filter(({ code }) => !small.has(code)),
  );
  return { outline, cells, discs };
}

/** The regions, cities as a rule, that a map of any kind shows as discs at their centroid. */
export function discsOf(sites: readonly Site[]): Disc[] {
  const areas = sites.map(({ areaKm2 }) => areaKm2).toSorted((one, other) => one - other);
  const median = areas[areas.length >> 1] ?? 0;
  return sites
    .filter(({ areaKm2 }) => areaKm2 < median * DISC_SHARE)
    .map(({ code, at, areaKm2 }) => ({ code, at, radius: radiusOf(areaKm2) }));
}

function radiusOf(areaKm2: number): number {
  return Math.sqrt(areaKm2 / Math.PI);
}

/** The level line of a smooth union of discs, each of its region's area, that holds the area of all. */
function outlineAround(sites: readonly Site[]): Ring[] {
  const margin = 2 * Math.max(...sites.map((site) => radiusOf(site.areaKm2)));
  const left = Math.min(...sites.map((site) => site.at[0])) - margin;
  const top = Math.min(...sites.map((site) => site.at[1])) - margin;
  const right = Math.max(...sites.map((site) => site.at[0])) + margin;
  const bottom = Math.max(...sites.map((site) => site.at[1])) + margin;
  const columns = Math.ceil((right - left) / GRID_STEP_KM);
  const rows = Math.ceil((bottom - top) / GRID_STEP_KM);
  const field = Array.from({ length: columns * rows }, (_, index) => {
    const x = left + ((index % columns) + 0.5) * GRID_STEP_KM;
    const y = top + (Math.floor(index / columns) + 0.5) * GRID_STEP_KM;
    let sum = 0;
    for (const { at, areaKm2 } of sites) {
      sum += Math.exp((radiusOf(areaKm2) - Math.hypot(x - at[0], y - at[1])) / REACH_KM);
    }
    return Math.log(sum);
  });
  const wanted = sites.reduce((sum, site) => sum + site.areaKm2, 0) / GRID_STEP_KM ** 2;
  const level = field.toSorted((a, b) => b - a)[Math.round(wanted)] ?? 0;
  const shape = contours().size([columns, rows]).contour(field, level);
  return shape.coordinates.map((polygon) =>
    polygon[0]!.map(([column, row]): Point => [
      left + column! * GRID_STEP_KM,
      top + row! * GRID_STEP_KM,
    ]),
  );
}

/**
 * A power diagram whose weights are moved until each cell has its share of the outline's area.
 *
 * Plain Voronoi cells would show a small regency as large as its big neighbour.
 */
function cellsWithin(outline: readonly Ring[], sites: readonly Site[]): Cell[] {
  const outlineArea = areaOf(outline);
  const sitesArea = sites.reduce((sum, site) => sum + site.areaKm2, 0);
  const targets = sites.map((site) => (site.areaKm2 / sitesArea) * outlineArea);
  const weights = sites.map(() => 0);
  let cells: Ring[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    cells = sites.map((_, index) => powerCell(outline, sites, weights, index));
    let worst = 0;
    cells.forEach((rings, index) => {
      const target = targets[index]!;
      const missing = target - areaOf(rings);
      worst = Math.max(worst, Math.abs(missing) / target);
      // A cell's area grows with its weight about as a disc's does with its squared radius.
      weights[index]! += (0.6 * missing) / Math.PI;
    });
    if (worst < 0.01) break;
  }
  return sites.map((site, index) => ({ code: site.code, rings: cells[index]! }));
}

function powerCell(
  outline: readonly Ring[],
  sites: readonly Site[],
  weights: readonly number[],
  index: number,
): Ring[] {
  const [x, y] = sites[index]!.at;
  const own = x * x + y * y - weights[index]!;
  return outline
    .map((ring) =>
      sites.reduce((rest: Ring, { at: [otherX, otherY] }, other) => {
        if (other === index || rest.length === 0) return rest;
        const others = otherX * otherX + otherY * otherY - weights[other]!;
        return cut(rest, 2 * (otherX - x), 2 * (otherY - y), others - own);
      }, ring),
    )
    .filter((ring) => ring.length > 2)
    .map((ring) => [...ring, ring[0]!]);
}

function areaOf(rings: readonly Ring[]): number {
  return rings.reduce((sum, ring) => sum + Math.abs(polygonArea(ring)), 0);
}
