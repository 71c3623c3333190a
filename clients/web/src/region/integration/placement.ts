/** Computes the positions of nodes and names in the drawing from the positions that the server sends. */

interface Spot {
  id: string;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
  side: number;
  end: number;
}

interface Name extends Spot {
  anchor: "start" | "middle" | "end";
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const ROUNDS = 60;
/** The width of a letter and the height of a line, relative to the size of the letters. */
const LETTER_WIDTH = 0.56;
const LINE_HEIGHT = 1.2;

/** Scales positions from -1 to 1 to a drawing of this size. Any part of a graph fills the drawing. */
export function fitSpots(nodes: readonly Spot[], { width, height, side, end }: Size): Spot[] {
  const scaleTo = (values: readonly number[], room: number, margin: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const span = high - low;
    return (value: number) =>
      span === 0 ? room / 2 : margin + ((value - low) / span) * (room - 2 * margin);
  };
  const x = scaleTo(nodes.map((node) => node.x), width, side);
  const y = scaleTo(nodes.map((node) => node.y), height, end);
  return nodes.map((node) => ({ id: node.id, x: x(node.x), y: y(node.y) }));
}

/**
 * Moves nodes that are nearer to each other than `minimumDistance` apart, each by half. All nodes stay
 * inside the drawing.
 */
export function separateSpots(spots: readonly Spot[], minimumDistance: number, size: Size): Spot[] {
  const moved = spots.map((spot) => ({ ...spot }));
  for (let round = 0; round < ROUNDS; round++) {
    let isStable = true;
    for (const [index, first] of moved.entries()) {
      for (const second of moved.slice(index + 1)) {
        const [dx, dy] = [second.x - first.x, second.y - first.y];
        const distance = Math.hypot(dx, dy);
        if (distance >= minimumDistance) continue;
        isStable = false;
        // Two nodes at the same position move apart sideways.
        const [ux, uy] = distance === 0 ? [1, 0] : [dx / distance, dy / distance];
        const push = (minimumDistance - distance) / 2;
        first.x -= ux * push;
        first.y -= uy * push;
        second.x += ux * push;
        second.y += uy * push;
      }
    }
    for (const spot of moved) {
      spot.x = Math.min(size.width - size.side, Math.max(size.side, spot.x));
      spot.y = Math.min(size.height - size.end, Math.max(size.end, spot.y));
    }
    if (isStable) break;
  }
  return moved;
}

/** Places names next to their nodes, in order. It leaves out a name that would cover a node or a placed name. */
export function placeNames(
  nodes: readonly { id: string; name: string; radius: number }[],
  spots: readonly Spot[],
  letterSize: number,
  size: Size,
): Name[] {
  const spotById = new Map(spots.map((spot) => [spot.id, spot]));
  const occupied: Box[] = spots.map(({ x, y }) => boxAround(x, y, 16, 16));
  const placed: Name[] = [];
  for (const { id, name, radius } of nodes) {
    const { x, y } = spotById.get(id)!;
    const width = name.length * LETTER_WIDTH * letterSize;
    const height = LINE_HEIGHT * letterSize;
    const dy = radius + 0.75 * height;
    const dx = radius + 0.4 * letterSize;
    const choices: [Name, Box][] = [
      [{ id, x, y: y + dy, anchor: "middle" }, boxAround(x, y + dy, width, height)],
      [{ id, x, y: y - dy, anchor: "middle" }, boxAround(x, y - dy, width, height)],
      [{ id, x: x + dx, y, anchor: "start" }, boxAround(x + dx + width / 2, y, width, height)],
      [{ id, x: x - dx, y, anchor: "end" }, boxAround(x - dx - width / 2, y, width, height)],
    ];
    const choice = choices.find(
      ([, box]) => isInside(box, size) && !occupied.some((occupant) => overlap(box, occupant)),
    );
    if (choice === undefined) continue;
    placed.push(choice[0]);
    occupied.push(choice[1]);
  }
  return placed;
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function isInside({ left, right, top, bottom }: Box, { width, height }: Size): boolean {
  return left >= 0 && right <= width && top >= 0 && bottom <= height;
}

function overlap(first: Box, second: Box): boolean {
  return (
    first.left < second.right &&
    second.left < first.right &&
    first.top < second.bottom &&
    second.top < first.bottom
  );
}
