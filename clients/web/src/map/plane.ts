/** Plane geometry of the schematic map: polygons, areas, cutting by a line. Units are kilometres. */

export type Point = readonly [number, number];
export type Ring = readonly Point[];

const KM_PER_DEGREE = 111.2; // of latitude; a degree of longitude shrinks with its cosine

/** Degrees to kilometres, north up the screen; true enough over one province. */
export function toPlane(latitude: number, longitude: number, middleLatitude: number): Point {
  const shrink = Math.cos((middleLatitude * Math.PI) / 180);
  return [longitude * KM_PER_DEGREE * shrink, -latitude * KM_PER_DEGREE];
}

/** Signed: positive when the ring runs clockwise on a screen. */
export function area(ring: Ring): number {
  let twice = 0;
  let before = ring.at(-1);
  for (const point of ring) {
    twice += before![0] * point[1] - point[0] * before![1];
    before = point;
  }
  return twice / 2;
}

export function centroid(ring: Ring): Point {
  let x = 0;
  let y = 0;
  let before = ring.at(-1);
  for (const point of ring) {
    const cross = before![0] * point[1] - point[0] * before![1];
    x += (before![0] + point[0]) * cross;
    y += (before![1] + point[1]) * cross;
    before = point;
  }
  const sixfold = 6 * area(ring);
  return [x / sixfold, y / sixfold];
}

/** The part of a ring where `a·x + b·y <= c`. */
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

export function contains(ring: Ring, [x, y]: Point): boolean {
  let inside = false;
  let before = ring.at(-1)!;
  for (const point of ring) {
    const crosses = point[1] > y !== before[1] > y;
    if (crosses) {
      const at = point[0] + ((y - point[1]) / (before[1] - point[1])) * (before[0] - point[0]);
      if (x < at) inside = !inside;
    }
    before = point;
  }
  return inside;
}
