/**
 * Curves over 0 to 1 as the router calculates them, so that one sees at once what a drag does.
 * test/curves.json holds both to the same numbers.
 */

export interface Bezier {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export type Curve =
  | { kind: 'name'; name: string }
  | { kind: 'bezier'; bezier: Bezier }
  | { kind: 'gamma'; gamma: number }
  | { kind: 'steps'; steps: number }
  | { kind: 'table'; table: number[] };

export const MOST_POINTS = 64;

/** Null if it is none. */
export function curveOf(definition: unknown): Curve | null {
  if (typeof definition === 'string') {
    return { kind: 'name', name: definition };
  }
  if (typeof definition !== 'object' || definition === null) {
    return null;
  }
  const { bezier, gamma, steps, table } = definition as Record<string, unknown>;
  if (typeof bezier === 'object' && bezier !== null) {
    const { x1, y1, x2, y2 } = bezier as Record<string, unknown>;
    return [x1, y1, x2, y2].every((each) => typeof each === 'number')
      ? { kind: 'bezier', bezier: { x1, y1, x2, y2 } as Bezier }
      : null;
  }
  if (typeof gamma === 'number') {
    return { kind: 'gamma', gamma };
  }
  if (typeof steps === 'number') {
    return { kind: 'steps', steps };
  }
  if (Array.isArray(table) && table.length >= 2 && table.every((each) => typeof each === 'number')) {
    return { kind: 'table', table: [...(table as number[])] };
  }
  return null;
}

export function definitionOfCurve(curve: Curve): unknown {
  switch (curve.kind) {
    case 'name':
      return curve.name;
    case 'bezier':
      return { bezier: curve.bezier };
    case 'gamma':
      return { gamma: curve.gamma };
    case 'steps':
      return { steps: curve.steps };
    case 'table':
      return { table: curve.table };
  }
}

/**
 * The value at t.
 *
 * @param named points of the curve with this name, as the router gave them
 */
export function valueAt(curve: Curve, t: number, named: (name: string) => readonly number[] | undefined): number {
  const x = Math.min(1, Math.max(0, t));
  switch (curve.kind) {
    case 'name':
      return between(named(curve.name) ?? [0, 1], x);
    case 'table':
      return between(curve.table, x);
    case 'gamma':
      return Math.pow(x, curve.gamma);
    case 'steps':
      return x === 1 ? 1 : Math.floor(x * curve.steps) / curve.steps;
    case 'bezier':
      return x <= 0 ? 0 : x >= 1 ? 1 : bezierAt(curve.bezier, x);
  }
}

function between(points: readonly number[], x: number): number {
  const at = x * (points.length - 1);
  const left = Math.min(Math.floor(at), points.length - 2);
  const a = points[left] ?? 0;
  const b = points[left + 1] ?? 1;
  return a + (b - a) * (at - left);
}

/** Newton's method, with the same steps as the router. */
function bezierAt({ x1, y1, x2, y2 }: Bezier, t: number): number {
  let u = t;
  for (let i = 0; i < 8; i++) {
    const error = cubic(x1, x2, u) - t;
    const rest = 1 - u;
    const slope = 3 * rest * rest * x1 + 6 * rest * u * (x2 - x1) + 3 * u * u * (1 - x2);
    if (Math.abs(error) < 1e-6 || Math.abs(slope) < 1e-6) {
      break;
    }
    u -= error / slope;
  }
  return cubic(y1, y2, u);
}

function cubic(p1: number, p2: number, u: number): number {
  const rest = 1 - u;
  return 3 * rest * rest * u * p1 + 3 * rest * u * u * p2 + u * u * u;
}

export interface Handle {
  x: number;
  y: number;
}

/** What can be dragged. */
export function handlesOf(curve: Curve): Handle[] {
  switch (curve.kind) {
    case 'bezier':
      return [
        { x: curve.bezier.x1, y: curve.bezier.y1 },
        { x: curve.bezier.x2, y: curve.bezier.y2 },
      ];
    case 'table':
      return curve.table.map((y, i) => ({ x: i / (curve.table.length - 1), y }));
    case 'gamma':
      return [{ x: 0.5, y: Math.pow(0.5, curve.gamma) }];
    default:
      return [];
  }
}

const fine = (value: number) => Math.round(value * 1000) / 1000;
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** The same curve with one handle somewhere else; points of a table stay at their x. */
export function dragged(curve: Curve, handle: number, to: Handle): Curve {
  switch (curve.kind) {
    case 'bezier': {
      const x = fine(clamp(to.x, 0, 1));
      const y = fine(clamp(to.y, -0.5, 1.5));
      return {
        kind: 'bezier',
        bezier: handle === 0 ? { ...curve.bezier, x1: x, y1: y } : { ...curve.bezier, x2: x, y2: y },
      };
    }
    case 'table':
      return { kind: 'table', table: curve.table.map((y, i) => (i === handle ? fine(clamp(to.y, 0, 1)) : y)) };
    case 'gamma':
      return { kind: 'gamma', gamma: fine(clamp(Math.log(clamp(to.y, 0.001, 0.999)) / Math.log(0.5), 0.05, 10)) };
    default:
      return curve;
  }
}

/** The same line through so many points. */
export function resampled(
  curve: Curve,
  points: number,
  named: (name: string) => readonly number[] | undefined,
): Curve {
  const count = clamp(points, 2, MOST_POINTS);
  return {
    kind: 'table',
    table: Array.from({ length: count }, (_, i) => fine(valueAt(curve, i / (count - 1), named))),
  };
}

/** Points of a line, for SVG: y grows downwards there. */
export function pathOf(points: readonly number[], width: number, height: number, low = 0, high = 1): string {
  return points
    .map((y, i) => {
      const px = (i / (points.length - 1)) * width;
      const py = height - ((y - low) / (high - low)) * height;
      return `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`;
    })
    .join('');
}
