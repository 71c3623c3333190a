/** The operator's own map: GeoJSON polygons whose property `code` is the Kemendagri code of the region. */
import type { Feature, FeatureCollection, Position } from "geojson";
import { rootedPath } from "../../shared/rootPath";
import type { Point } from "./plane";
import type { Cell } from "./schematic";

/** Reads the polygons of the file that the instance serves; null if it serves none. */
export async function readBorders(): Promise<Feature[] | null> {
  const response = await fetch(rootedPath("/map.geojson"));
  // The status is 204 if there is no file: a 404 would appear as an error in the console of every wall.
  if (response.status !== 200) return null;
  const collection = (await response.json()) as Partial<FeatureCollection>;
  return collection.features ?? null;
}

/**
 * Returns the polygons of the regions with these codes on the plane. Only their points are projected, so the
 * direction of a ring does not matter.
 */
export function projectBorders(
  features: readonly Feature[],
  codes: ReadonlySet<string>,
  toPlane: (position: Point) => Point,
): Cell[] {
  return features.flatMap(({ properties, geometry }) => {
    const code = String(properties?.["code"] ?? "");
    if (!codes.has(code)) return [];
    const rings = listRings(geometry);
    return rings.length === 0
      ? []
      : [{ code, rings: rings.map((ring) => ring.map((position) => toPlane(position as Point))) }];
  });
}

function listRings(geometry: Feature["geometry"] | null): Position[][] {
  if (geometry?.type === "Polygon") return geometry.coordinates;
  if (geometry?.type === "MultiPolygon") return geometry.coordinates.flat();
  return [];
}
