/** The plane of the map: coordinates in kilometres from the centre of the regions; y points to the south. */
import { geoAzimuthalEqualArea, geoCentroid } from "d3-geo";

export type Point = [number, number];
/** A closed line. As in GeoJSON, its last point is its first point. It may have either direction. */
export type Ring = Point[];

const EARTH_RADIUS_KM = 6371;

/**
 * Returns the projection of longitude and latitude to the plane around these positions. It preserves
 * areas, because the schematic map shows true areas.
 */
export function projectAround(positions: Point[]): (position: Point) => Point {
  const [longitude, latitude] = geoCentroid({ type: "MultiPoint", coordinates: positions });
  const projection = geoAzimuthalEqualArea()
    .rotate([-longitude, -latitude])
    .scale(EARTH_RADIUS_KM)
    .translate([0, 0]);
  return (position) => projection(position)!;
}

/**
 * Returns the part of a ring where `a·x + b·y <= c`.
 *
 * The libraries for power diagrams clip them by convex outlines only, so this module clips by itself.
 */
export function clipRing(ring: Ring, a: number, b: number, c: number): Ring {
  const clipped: Point[] = [];
  let previous = ring.at(-1);
  if (previous === undefined) return ring;
  let previousDistance = a * previous[0] + b * previous[1] - c;
  for (const point of ring) {
    const distance = a * point[0] + b * point[1] - c;
    if (distance > 0 !== previousDistance > 0) {
      const share = previousDistance / (previousDistance - distance);
      clipped.push([
        previous[0] + (point[0] - previous[0]) * share,
        previous[1] + (point[1] - previous[1]) * share,
      ]);
    }
    if (distance <= 0) clipped.push(point);
    previous = point;
    previousDistance = distance;
  }
  return clipped;
}
