/** An operator's own map: GeoJSON polygons whose property `code` is the region's Kemendagri code. */
import { toPlane, type Ring } from "./plane";
import type { Cell } from "./schematic";

type Position = readonly number[];
interface Feature {
  properties: Record<string, unknown> | null;
  geometry:
    | { type: "Polygon"; coordinates: Position[][] }
    | { type: "MultiPolygon"; coordinates: Position[][][] }
    | null;
}

/** The file that the instance is set to serve, or null where it has none. */
export async function ownBorders(): Promise<Feature[] | null> {
  const response = await fetch("/map.geojson");
  // 204 says that there is none: a 404 would stand as an error in every wall's console.
  if (response.status !== 200) return null;
  const collection = (await response.json()) as { features?: Feature[] };
  return collection.features ?? null;
}

/**
 * The features of known regions on the plane. Drawn even-odd and never on the sphere, so it does
 * not matter which way a file's rings run.
 */
export function cellsOf(
  features: readonly Feature[],
  codes: ReadonlySet<string>,
  middleLatitude: number,
): Cell[] {
  return features.flatMap(({ properties, geometry }) => {
    const code = String(properties?.["code"] ?? "");
    if (geometry === null || !codes.has(code)) return [];
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring): Ring =>
      ring.map(([longitude, latitude]) => toPlane(latitude!, longitude!, middleLatitude)),
    );
    return [{ code, rings }];
  });
}
