/**
 * Computes a schematic map: an outline around the centroids of the regions, and in it a cell for each.
 *
 * The map has no real borders. The outline has the true area of the province. Each cell lies around the
 * centroid of its region and has the true share of the area. The shapes and neighbours are not real.
 */
import { contours } from "d3-contour";
import { polygonArea } from "d3-polygon";
import { clipRing, type Point, type Ring } from "./plane";

export interface Site {
  code: string;
  at: Point;
  areaKm2: number;
}

export interface Cell {
  code: string;
  rings: Ring[];
}

/** A region that is too small for a readable cell; the radius is in kilometres. */
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
/** The distance in km over which the discs of two regions join. More closes bays; less leaves single discs. */
const REACH_KM = 13;
/** A region with less than this share of the median area is a disc on the cells of its neighbours. */
const DISC_SHARE = 0.25;
const ROUNDS = 400;

export function schematicShapes(sites: readonly Site[]): Shapes {
  if (sites.length === 0) return { outline: [], cells: [], discs: [] };
  const outline = outlineAround(sites);
  const discs = smallRegionDiscs(sites);
  const discCodes = new Set(discs.map(({ code }) => code));
  const cells = cellsWithin(
    outline,
    sites.filter(({ code }) => !discCodes.has(code)),
  );
  return { outline, cells, discs };
}

/** The small regions, mostly cities, that every map shows as discs at their centroids. */
export function smallRegionDiscs(sites: readonly Site[]): Disc[] {
  const areas = sites.map(({ areaKm2 }) => areaKm2).toSorted((a, b) => a - b);
  const median = areas[areas.length >> 1] ?? 0;
  return sites
    .filter(({ areaKm2 }) => areaKm2 < median * DISC_SHARE)
    .map(({ code, at, areaKm2 }) => ({ code, at, radius: radiusOf(areaKm2) }));
}

function radiusOf(areaKm2: number): number {
  return Math.sqrt(areaKm2 / Math.PI);
}

/**
 * The level line of a smooth union of discs that encloses the area of all regions. Each disc has the area
 * of its region.
 */
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
  const pointCount = sites.reduce((sum, site) => sum + site.areaKm2, 0) / GRID_STEP_KM ** 2;
  const level = field.toSorted((a, b) => b - a)[Math.round(pointCount)] ?? 0;
  const shape = contours().size([columns, rows]).contour(field, level);
  return shape.coordinates.map((polygon) =>
    polygon[0]!.map(([column, row]): Point => [
      left + column! * GRID_STEP_KM,
      top + row! * GRID_STEP_KM,
    ]),
  );
}

/**
 * Adapts the weights of a power diagram until each cell has its share of the area of the outline.
 *
 * In a Voronoi diagram without weights, a small regency would be as large as a large neighbour.
 */
function cellsWithin(outline: readonly Ring[], sites: readonly Site[]): Cell[] {
  const outlineArea = areaOf(outline);
  const sitesArea = sites.reduce((sum, site) => sum + site.areaKm2, 0);
  const targets = sites.map((site) => (site.areaKm2 / sitesArea) * outlineArea);
  const weights = sites.map(() => 0);
  let cells: Ring[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    cells = sites.map((_, index) => powerCell(outline, sites, weights, index));
    let largestError = 0;
    cells.forEach((rings, index) => {
      const target = targets[index]!;
      const missingArea = target - areaOf(rings);
      largestError = Math.max(largestError, Math.abs(missingArea) / target);
      // The area of a cell grows with its weight roughly as the area of a disc with its squared radius.
      weights[index]! += (0.6 * missingArea) / Math.PI;
    });
    if (largestError < 0.01) break;
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
  const power = x * x + y * y - weights[index]!;
  return outline
    .map((ring) =>
      sites.reduce((rest: Ring, { at: [neighbourX, neighbourY] }, neighbour) => {
        if (neighbour === index || rest.length === 0) return rest;
        const neighbourPower =
          neighbourX * neighbourX + neighbourY * neighbourY - weights[neighbour]!;
        return clipRing(rest, 2 * (neighbourX - x), 2 * (neighbourY - y), neighbourPower - power);
      }, ring),
    )
    .filter((ring) => ring.length > 2)
    .map((ring) => [...ring, ring[0]!]);
}

function areaOf(rings: readonly Ring[]): number {
  return rings.reduce((sum, ring) => sum + Math.abs(polygonArea(ring)), 0);
}
