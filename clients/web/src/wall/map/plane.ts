/** The plane that all of a map lies in: kilometres around the middle of the regions, south downwards. */
import { geoAzimuthalEqualArea, geoCentroid } from "d3-geo";

export type Point = [number, number];
/** As in GeoJSON, the first point stands again at the end; which way it runs does not matter. */
export type Ring = Point[];

const EARTH_RADIUS_KM = 6371;

/** Longitude and latitude to the plane; equal-area, since areas are what the schematic map promises. */
export function planeAround(positions: Point[]): (position: Point) => Point {
  const [longitude, latitude] = geoCentroid({ type: "MultiPoint", coordinates: positions });
  const projection = geoAzimuthalEqualArea()
    .rotate([-longitude, -latitude])
    .scale(EARTH_RADIUS_KM)
    .translate([0, 0]);
  return (position) => projection(position)!;
}

/**
 * The part of a ring where `a·x + b·y <= c`.
 *
 * By hand because the libraries that know power diagrams clip them by convex outlines only.
 */
export function cut(ring: Ring, a: number, b: number, c: number): Ring {
  const kept: Point[] = [];
  let before = ring.at(-1);
  if (before === undefined) return ring;
  let outBefore = a * before[0] + b * before[1] - c;
  for (const point of ring) {
    const out = a * point[0] + b * point[1] - c;
    if (out > 0 !== outBefore > 0) {
      const share = outBefore / (outBefore - out);
      kept.push([
        before[0] + (point[0] - before[0]) * share,
        before[1] + (point[1] - before[1]) * share,
      ]);
    }
    if (out <= 0) kept.push(point);
    before = point;
    outBefore = out;
  }
  return kept;
}
