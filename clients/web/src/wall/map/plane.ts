/** The plane of the map: coordinates in kilometres from the centre of the regions; y points to the south. */
export type Point = [number, number];
/** A closed line. As in GeoJSON, its last point is its first point. It may have either direction. */
export type Ring = Point[];

const EARTH_RADIUS_KM = 6371;
const RADIANS = Math.PI / 180; // in a degree

/**
 * Returns the projection of longitude and latitude to the plane around these positions. It preserves
 * areas, because the schematic map shows true areas: it is Lambert's azimuthal equal-area projection,
 * whose centre is the mean of the positions on the sphere.
 */
export function projectAround(positions: Point[]): (position: Point) => Point {
  const sum = positions.map(onSphere).reduce(([a, b, c], [x, y, z]) => [a + x, b + y, c + z], [0, 0, 0]);
  const centre = Math.atan2(sum[1], sum[0]);
  const length = Math.hypot(...sum);
  const [sin, cos] = [sum[2] / length, Math.hypot(sum[0], sum[1]) / length];
  return ([longitude, latitude]) => {
    const [turn, lift] = [longitude * RADIANS - centre, latitude * RADIANS];
    const towards = Math.cos(lift) * Math.cos(turn);
    const scale = EARTH_RADIUS_KM * Math.sqrt(2 / (1 + sin * Math.sin(lift) + cos * towards));
    return [scale * Math.cos(lift) * Math.sin(turn), -scale * (cos * Math.sin(lift) - sin * towards)];
  };
}

/** Returns the point of the unit sphere at a longitude and latitude in degrees. */
function onSphere([longitude, latitude]: Point): [number, number, number] {
  const [turn, lift] = [longitude * RADIANS, latitude * RADIANS];
  return [Math.cos(lift) * Math.cos(turn), Math.cos(lift) * Math.sin(turn), Math.sin(lift)];
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
