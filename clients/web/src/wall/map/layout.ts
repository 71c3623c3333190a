/** Fits a map into a box of pixels: shapes scaled, discs pushed apart, labels where there is room. */
import { geoIdentity, geoPath } from "d3-geo";
import { polygonArea, polygonCentroid, polygonContains } from "d3-polygon";
import type { Polygon } from "geojson";
import type { Point, Ring } from "./plane";
import type { Shapes } from "./schematic";

export interface Drawing {
  outline: string;
  cells: { code: string; path: string }[];
  discs: { code: string; at: Point; radius: number }[];
  labels: Label[];
}

export interface Label {
  code: string;
  name: string;
  at: Point;
  /** Inside its shape, with its value; or next to it, the name alone. */
  inside: boolean;
  /** For a label next to its shape, which end of the text is at `at`. */
  anchor: "start" | "middle" | "end";
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Mean width of a letter of the wall's font, and heights of labels with some air, in ems. */
const LETTER = 0.56;
const NAME_HEIGHT = 1.15;
const VALUE_HEIGHT = 1.8;
const VALUE_WIDTH = 2.8;
const DISC_AIR = 0.4;
const GAP = 2; // pixels between discs

/** Draws on the flat screen: without a projection, d3-geo ignores the direction of a ring. */
const path = geoPath().digits(1);

/** `em` is the size of a name in pixels; a value is set a third larger, alone where the name is "". */
export function layout(
  shapes: Shapes,
  names: ReadonlyMap<string, string>,
  width: number,
  height: number,
  em: number,
): Drawing {
  const place = fitted(shapes, width, height, em);
  const cells = shapes.cells.map((cell) => ({ code: cell.code, rings: cell.rings.map(place.ring) }));
  const discs = apart(
    shapes.discs.map(({ code, at, radius }) => ({
      code,
      at: place.point(at),
      radius: Math.max(radius * place.scale, 1.35 * em), // room for its value
    })),
  );
  const taken: Box[] = discs.map(({ at: [x, y], radius }) => {
    const side = 2 * radius + DISC_AIR * em;
    return boxAround(x, y, side, side);
  });
  const labels: Label[] = [];
  const small = new Set(discs.map(({ code }) => code));
  const large = cells.flatMap(({ code, rings }) => {
    const ring = largest(rings);
    if (ring === undefined || small.has(code)) return [];
    const name = names.get(code) ?? code;
    const labelWidth = Math.max(name.length * LETTER, VALUE_WIDTH) * em;
    const labelHeight = (VALUE_HEIGHT + (name === "" ? 0 : NAME_HEIGHT)) * em;
    return [{ code, name, ring, labelWidth, labelHeight }];
  });
  const wished = large.flatMap(({ ring, labelWidth, labelHeight }) => {
    const at = roomInside(ring, labelWidth, labelHeight, taken);
    return at === null ? [] : [boxAround(at[0], at[1], labelWidth, labelHeight)];
  });
  // There are few positions next to a disc, and many in a cell: the discs' names are placed first,
  // where they displace the fewest other names from their preferred position.
  for (const { code, at, radius } of discs) {
    const name = names.get(code) ?? code;
    if (name === "") continue;
    const nameWidth = name.length * LETTER * em;
    const beside = roomBeside(at, radius, nameWidth, em, taken, wished, width, height);
    if (beside === null) continue;
    taken.push(beside.box);
    labels.push({ code, name, at: beside.at, inside: false, anchor: beside.anchor });
  }
  for (const { code, name, ring, labelWidth, labelHeight } of large) {
    const at = roomInside(ring, labelWidth, labelHeight, taken);
    if (at === null) continue;
    taken.push(boxAround(at[0], at[1], labelWidth, labelHeight));
    labels.push({ code, name, at, inside: true, anchor: "middle" });
  }
  return {
    outline: path(polygon(shapes.outline.map(place.ring))) ?? "",
    cells: cells.map(({ code, rings }) => ({ code, path: path(polygon(rings)) ?? "" })),
    discs,
    labels,
  };
}

/** The scale and offset of the plane of the shapes with which all of them lie within the margin. */
function fitted({ outline, cells, discs }: Shapes, width: number, height: number, margin: number) {
  const fit = geoIdentity().fitExtent(
    [
      [margin, margin],
      [Math.max(width, 2 * margin) - margin, Math.max(height, 2 * margin) - margin],
    ],
    {
      type: "GeometryCollection",
      geometries: [
        polygon([...outline, ...cells.flatMap((cell) => cell.rings)]),
        { type: "MultiPoint", coordinates: discs.map(({ at }) => at) },
      ],
    },
  );
  const point = (at: Point): Point => fit(at)!;
  return { scale: fit.scale(), point, ring: (ring: Ring): Ring => ring.map(point) };
}

/** Neighbouring cities must not cover each other: pairs that overlap move apart, each by half. */
function apart<D extends { at: Point; radius: number }>(discs: readonly D[]): D[] {
  const moved = discs.map((disc) => ({ ...disc }));
  for (let round = 0; round < 30; round++) {
    for (const [index, one] of moved.entries()) {
      for (const other of moved.slice(index + 1)) {
        const [dx, dy] = [other.at[0] - one.at[0], other.at[1] - one.at[1]];
        const distance = Math.hypot(dx, dy) || 1;
        const push = (one.radius + other.radius + GAP - distance) / 2 / distance;
        if (push <= 0) continue;
        one.at = [one.at[0] - dx * push, one.at[1] - dy * push];
        other.at = [other.at[0] + dx * push, other.at[1] + dy * push];
      }
    }
  }
  return moved;
}

/** The spot nearest to the ring's middle where a label lies inside and covers nothing. */
function roomInside(ring: Ring, width: number, height: number, taken: readonly Box[]): Point | null {
  const [middleX, middleY] = polygonCentroid(ring);
  const bounds = {
    left: Math.min(...ring.map((point) => point[0])),
    right: Math.max(...ring.map((point) => point[0])),
    top: Math.min(...ring.map((point) => point[1])),
    bottom: Math.max(...ring.map((point) => point[1])),
  };
  let best: Point | null = null;
  let least = Infinity;
  const step = height / 6;
  for (let x = bounds.left; x <= bounds.right; x += step) {
    for (let y = bounds.top; y <= bounds.bottom; y += step) {
      const box = boxAround(x, y, width, height);
      if (taken.some((other) => overlap(box, other))) continue;
      const outside = edgePoints(box).filter((point) => !polygonContains(ring, point)).length;
      const cost = Math.hypot(x - middleX, y - middleY) + 2 * outside * height;
      if (outside <= 4 && cost < least) [best, least] = [[x, y], cost];
    }
  }
  return best;
}

/** A free position around a disc; among equally good ones right before left before below before above. */
function roomBeside(
  [x, y]: Point,
  radius: number,
  width: number,
  em: number,
  taken: readonly Box[],
  wished: readonly Box[],
  boxWidth: number,
  boxHeight: number,
): { at: Point; anchor: Label["anchor"]; box: Box } | null {
  const away = radius + em * 0.35;
  const lift = radius * 0.75;
  const spots: [number, number, Label["anchor"]][] = [
    [away, 0, "start"],
    [-away, 0, "end"],
    [0, radius + em * 0.7, "middle"],
    [0, -radius - em * 0.7, "middle"],
    [away * 0.8, lift, "start"],
    [away * 0.8, -lift, "start"],
    [-away * 0.8, lift, "end"],
    [-away * 0.8, -lift, "end"],
  ];
  let best: ReturnType<typeof roomBeside> = null;
  let least = Infinity;
  for (const [dx, dy, anchor] of spots) {
    const at: Point = [x + dx, y + dy];
    const shift = anchor === "start" ? width / 2 : anchor === "end" ? -width / 2 : 0;
    const box = boxAround(at[0] + shift, at[1], width, NAME_HEIGHT * em);
    const fits = box.left >= 0 && box.right <= boxWidth && box.top >= 0 && box.bottom <= boxHeight;
    // Its own disc counts as taken: the box of a disc is larger than the disc at the corners.
    const free = !taken.some((other) => overlap(box, other) && !holds(other, [x, y]));
    const pushed = wished.filter((other) => overlap(box, other)).length;
    if (fits && free && pushed < least) [best, least] = [{ at, anchor, box }, pushed];
  }
  return best;
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function holds(box: Box, [x, y]: Point): boolean {
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
}

function edgePoints({ left, right, top, bottom }: Box): Point[] {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [
    [left, top],
    [x, top],
    [right, top],
    [left, y],
    [right, y],
    [left, bottom],
    [x, bottom],
    [right, bottom],
  ];
}

function largest(rings: readonly Ring[]): Ring | undefined {
  const size = (ring: Ring) => Math.abs(polygonArea(ring));
  return rings.toSorted((one, other) => size(other) - size(one))[0];
}

/** A polygon of islands and holes, without distinction: it is filled by the even-odd rule. */
function polygon(rings: Ring[]): Polygon {
  return { type: "Polygon", coordinates: rings };
}
