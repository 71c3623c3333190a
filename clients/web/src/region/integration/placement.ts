/** Positions of nodes and their names: those of the server, moved apart where they overlap. */

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
/** Width of a letter and height of a line, in parts of the size of the letters. */
const LETTER = 0.56;
const LINE = 1.2;

/** Positions from -1 to 1 as a drawing of this size; a part of a graph fills it as the whole does. */
export function spots(nodes: readonly Spot[], { width, height, side, end }: Size): Spot[] {
  const scale = (values: readonly number[], room: number, margin: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const span = high - low;
    return (value: number) =>
      span === 0 ? room / 2 : margin + ((value - low) / span) * (room - 2 * margin);
  };
  const x = scale(nodes.map((node) => node.x), width, side);
  const y = scale(nodes.map((node) => node.y), height, end);
  return nodes.map((node) => ({ id: node.id, x: x(node.x), y: y(node.y) }));
}

/** Nodes that are nearer than `least` move apart, each by half, and stay inside the drawing. */
export function apart(found: readonly Spot[], least: number, size: Size): Spot[] {
  const moved = found.map((spot) => ({ ...spot }));
  for (let round = 0; round < ROUNDS; round++) {
    let still = true;
    for (const [index, one] of moved.entries()) {
      for (const other of moved.slice(index + 1)) {
        const [dx, dy] = [other.x - one.x, other.y - one.y];
        const distance = Math.hypot(dx, dy);
        if (distance >= least) continue;
        still = false;
        // Two nodes at the same position move apart sideways.
        const [ux, uy] = distance === 0 ? [1, 0] : [dx / distance, dy / distance];
        const push = (least - distance) / 2;
        one.x -= ux * push;
        one.y -= uy * push;
        other.x += ux * push;
        other.y += uy * push;
      }
    }
    for (const spot of moved) {
      spot.x = Math.min(size.width - size.side, Math.max(size.side, spot.x));
      spot.y = Math.min(size.height - size.end, Math.max(size.end, spot.y));
    }
    if (still) break;
  }
  return moved;
}

/** Names next to their nodes, in the given order; one that would cover another or a node is left out. */
export function names(
  wanted: readonly { id: string; name: string; radius: number }[],
  all: readonly Spot[],
  letters: number,
  size: Size,
): Name[] {
  const at = new Map(all.map((spot) => [spot.id, spot]));
  const taken: Box[] = all.map(({ x, y }) => around(x, y, 16, 16));
  const found: Name[] = [];
  for (const { id, name, radius } of wanted) {
    const { x, y } = at.get(id)!;
    const width = name.length * LETTER * letters;
    const height = LINE * letters;
    const down = radius + 0.75 * height;
    const aside = radius + 0.4 * letters;
    const choices: [Name, Box][] = [
      [{ id, x, y: y + down, anchor: "middle" }, around(x, y + down, width, height)],
      [{ id, x, y: y - down, anchor: "middle" }, around(x, y - down, width, height)],
      [{ id, x: x + aside, y, anchor: "start" }, around(x + aside + width / 2, y, width, height)],
      [{ id, x: x - aside, y, anchor: "end" }, around(x - aside - width / 2, y, width, height)],
    ];
    const free = choices.find(([, box]) => inside(box, size) && !taken.some((other) => overlap(box, other)));
    if (free === undefined) continue;
    found.push(free[0]);
    taken.push(free[1]);
  }
  return found;
}

function around(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function inside({ left, right, top, bottom }: Box, { width, height }: Size): boolean {
  return left >= 0 && right <= width && top >= 0 && bottom <= height;
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
