/** An operator's own map: GeoJSON polygons whose property `code` is the region's Kemendagri code. */
import type { Feature, FeatureCollection, Position } from "geojson";
import type { Point } from "./plane";
import type { Cell } from "./schematic";

/** The file that the instance is set to serve, or null where it has none. */
export async function ownBorders(): Promise<Feature[] | null> {
  const response = await fetch("/map.geojson");
  // 204 means that there is none: a 404 would appear as an error in every wall's console.
  if (response.status !== 200) return null;
  const collection = (await response.json()) as Partial<FeatureCollection>;
  return collection.features ?? null;
}

/**
 * The polygons of known regions on the plane.
 *
 * Only points go through the projection. A line on the sphere would need its rings to run the
 * right way, and files run both: RFC 7946 asks for the opposite of what d3-geo takes for inside.
 */
export function cellsOf(
  features: readonly Feature[],
  codes: ReadonlySet<string>,
  toPlane: (position: Point) => Point,
): Cell[] {
  return features.flatMap(({ properties, geometry }) => {
    const code = String(properties?.["code"] ?? "");
    if (!codes.has(code)) return [];
    const rings = ringsOf(geometry);
    return rings.length === 0
      ? []
      : [{ code, rings: rings.map((ring) => ring.map((position) => toPlane(position as Point))) }];
  });
}

function ringsOf(geometry: Feature["geometry"] | null): Position[][] {
  if (geometry?.type === "Polygon") return geometry.coordinates;
  if (geometry?.type === "MultiPolygon") return geometry.coordinates.flat();
  return [];
}
