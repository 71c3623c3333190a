/** Fits a map into a box of pixels: scales the shapes, separates the discs, and places the labels. */
import { polygonArea, polygonCentroid, polygonContains } from "d3-polygon";
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
  /** Whether the label is inside its shape, with the value. A label next to its shape is only the name. */
  isInside: boolean;
  /** The part of the text that is at `at`. */
  anchor: "start" | "middle" | "end";
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The mean width of a letter of the wall's font and the heights of labels with their margins, in ems. */
const LETTER = 0.56;
const NAME_HEIGHT = 1.15;
const VALUE_HEIGHT = 1.8;
const VALUE_WIDTH = 2.8;
const DISC_MARGIN = 0.4;
const GAP = 2; // pixels between discs

/**
 * Returns the drawing of a map in a box of `width` and `height`.
 *
 * `em` is the size of a name in pixels; a value is a third larger. For an empty name, the label is only
 * the value.
 */
export function layOutMap(
  shapes: Shapes,
  names: ReadonlyMap<string, string>,
  width: number,
  height: number,
  em: number,
): Drawing {
  const fit = fitToBox(shapes, width, height, em);
  const cells = shapes.cells.map((cell) => ({ code: cell.code, rings: cell.rings.map(fit.ring) }));
  const discs = separateDiscs(
    shapes.discs.map(({ code, at, radius }) => ({
      code,
      at: fit.point(at),
      radius: Math.max(radius * fit.scale, 1.35 * em), // leaves room for the value
    })),
  );
  const occupied: Box[] = discs.map(({ at: [x, y], radius }) => {
    const side = 2 * radius + DISC_MARGIN * em;
    return boxAround(x, y, side, side);
  });
  const labels: Label[] = [];
  const discCodes = new Set(discs.map(({ code }) => code));
  const labelledCells = cells.flatMap(({ code, rings }) => {
    const ring = largestRing(rings);
    if (ring === undefined || discCodes.has(code)) return [];
    const name = names.get(code) ?? code;
    const labelWidth = Math.max(name.length * LETTER, VALUE_WIDTH) * em;
    const labelHeight = (VALUE_HEIGHT + (name === "" ? 0 : NAME_HEIGHT)) * em;
    return [{ code, name, ring, labelWidth, labelHeight }];
  });
  const preferred = labelledCells.flatMap(({ ring, labelWidth, labelHeight }) => {
    const at = findRoomInside(ring, labelWidth, labelHeight, occupied);
    return at === null ? [] : [boxAround(at[0], at[1], labelWidth, labelHeight)];
  });
  // A name has few positions next to a disc, and many in a cell. So the names of the discs come first,
  // at the positions where they displace the fewest names of cells from their preferred position.
  for (const { code, at, radius } of discs) {
    const name = names.get(code) ?? code;
    if (name === "") continue;
    const nameWidth = name.length * LETTER * em;
    const room = findRoomNextTo(at, radius, nameWidth, em, occupied, preferred, width, height);
    if (room === null) continue;
    occupied.push(room.box);
    labels.push({ code, name, at: room.at, isInside: false, anchor: room.anchor });
  }
  for (const { code, name, ring, labelWidth, labelHeight } of labelledCells) {
    const at = findRoomInside(ring, labelWidth, labelHeight, occupied);
    if (at === null) continue;
    occupied.push(boxAround(at[0], at[1], labelWidth, labelHeight));
    labels.push({ code, name, at, isInside: true, anchor: "middle" });
  }
  return {
    outline: toPath(shapes.outline.map(fit.ring)),
    cells: cells.map(({ code, rings }) => ({ code, path: toPath(rings) })),
    discs,
    labels,
  };
}

/** Returns the scale and the transformation with which all shapes lie within the margin, in the middle of the box. */
function fitToBox({ outline, cells, discs }: Shapes, width: number, height: number, margin: number) {
  const points = [...outline.flat(), ...cells.flatMap((cell) => cell.rings.flat()), ...discs.map(({ at }) => at)];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const [boxWidth, boxHeight] = [Math.max(width, 2 * margin), Math.max(height, 2 * margin)];
  const scale = Math.min((boxWidth - 2 * margin) / (right - left), (boxHeight - 2 * margin) / (bottom - top));
  const point = ([x, y]: Point): Point => [
    boxWidth / 2 + scale * (x - (left + right) / 2),
    boxHeight / 2 + scale * (y - (top + bottom) / 2),
  ];
  return { scale, point, ring: (ring: Ring): Ring => ring.map(point) };
}

/** Moves the discs of each pair that overlaps apart, each by half, so that no city covers another. */
function separateDiscs<D extends { at: Point; radius: number }>(discs: readonly D[]): D[] {
  const moved = discs.map((disc) => ({ ...disc }));
  for (let round = 0; round < 30; round++) {
    for (const [index, first] of moved.entries()) {
      for (const second of moved.slice(index + 1)) {
        const [dx, dy] = [second.at[0] - first.at[0], second.at[1] - first.at[1]];
        const distance = Math.hypot(dx, dy) || 1;
        const push = (first.radius + second.radius + GAP - distance) / 2 / distance;
        if (push <= 0) continue;
        first.at = [first.at[0] - dx * push, first.at[1] - dy * push];
        second.at = [second.at[0] + dx * push, second.at[1] + dy * push];
      }
    }
  }
  return moved;
}

/** Finds the point nearest to the centre of the ring where a label is inside and covers nothing. */
function findRoomInside(ring: Ring, width: number, height: number, occupied: readonly Box[]): Point | null {
  const [middleX, middleY] = polygonCentroid(ring);
  const bounds = {
    left: Math.min(...ring.map((point) => point[0])),
    right: Math.max(...ring.map((point) => point[0])),
    top: Math.min(...ring.map((point) => point[1])),
    bottom: Math.max(...ring.map((point) => point[1])),
  };
  let best: Point | null = null;
  let lowestCost = Infinity;
  const step = height / 6;
  for (let x = bounds.left; x <= bounds.right; x += step) {
    for (let y = bounds.top; y <= bounds.bottom; y += step) {
      const box = boxAround(x, y, width, height);
      if (occupied.some((occupant) => overlap(box, occupant))) continue;
      const outsideCount = edgePoints(box).filter((point) => !polygonContains(ring, point)).length;
      const cost = Math.hypot(x - middleX, y - middleY) + 2 * outsideCount * height;
      if (outsideCount <= 4 && cost < lowestCost) [best, lowestCost] = [[x, y], cost];
    }
  }
  return best;
}

/**
 * Finds the free position around a disc that displaces the fewest labels; of equally good positions, the
 * first of right, left, below and above.
 */
function findRoomNextTo(
  [x, y]: Point,
  radius: number,
  width: number,
  em: number,
  occupied: readonly Box[],
  preferred: readonly Box[],
  boxWidth: number,
  boxHeight: number,
): { at: Point; anchor: Label["anchor"]; box: Box } | null {
  const offset = radius + em * 0.35;
  const lift = radius * 0.75;
  const positions: [number, number, Label["anchor"]][] = [
    [offset, 0, "start"],
    [-offset, 0, "end"],
    [0, radius + em * 0.7, "middle"],
    [0, -radius - em * 0.7, "middle"],
    [offset * 0.8, lift, "start"],
    [offset * 0.8, -lift, "start"],
    [-offset * 0.8, lift, "end"],
    [-offset * 0.8, -lift, "end"],
  ];
  let best: ReturnType<typeof findRoomNextTo> = null;
  let lowestCost = Infinity;
  for (const [dx, dy, anchor] of positions) {
    const at: Point = [x + dx, y + dy];
    const shift = anchor === "start" ? width / 2 : anchor === "end" ? -width / 2 : 0;
    const box = boxAround(at[0] + shift, at[1], width, NAME_HEIGHT * em);
    const fits = box.left >= 0 && box.right <= boxWidth && box.top >= 0 && box.bottom <= boxHeight;
    // The box of the disc itself is left out, because it is larger than the disc at the corners.
    const isFree = !occupied.some(
      (occupant) => overlap(box, occupant) && !contains(occupant, [x, y]),
    );
    const displacedCount = preferred.filter((label) => overlap(box, label)).length;
    if (fits && isFree && displacedCount < lowestCost) {
      [best, lowestCost] = [{ at, anchor, box }, displacedCount];
    }
  }
  return best;
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(first: Box, second: Box): boolean {
  return (
    first.left < second.right &&
    second.left < first.right &&
    first.top < second.bottom &&
    second.top < first.bottom
  );
}

function contains(box: Box, [x, y]: Point): boolean {
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

function largestRing(rings: readonly Ring[]): Ring | undefined {
  const area = (ring: Ring) => Math.abs(polygonArea(ring));
  return rings.toSorted((a, b) => area(b) - area(a))[0];
}

/** Returns the path of all rings. The even-odd rule fills it, so islands and holes need no distinction. */
function toPath(rings: readonly Ring[]): string {
  return rings.map((ring) => `M${ring.slice(0, -1).map(toText).join("L")}Z`).join("");
}

function toText([x, y]: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
