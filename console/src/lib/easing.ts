import { equal, isMap, numberOf, put, type Value, type ValueMap } from '../clasp/values';

/** The ways from one keyframe to the next, as the protocol has them. */
export const EASINGS = ['linear', 'ease-in', 'ease-out', 'ease-in-out', 'step', 'cubic-bezier'] as const;
export type Easing = (typeof EASINGS)[number];
export type Bezier = readonly [number, number, number, number];

/** What of the way is done at a part of the time, 0 to 1. Curves may go beyond. */
export function eased(easing: Easing, t: number, bezier?: Bezier): number {
  switch (easing) {
    case 'linear':
      return t;
    case 'ease-in':
      return t * t;
    case 'ease-out':
      return 1 - (1 - t) * (1 - t);
    case 'ease-in-out':
      return t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
    case 'step':
      return t < 1 ? 0 : 1;
    case 'cubic-bezier':
      return bezier ? bezierAt(bezier, t) : t;
  }
}

/** As the router finds it: at most eight steps of Newton from t. */
function bezierAt([x1, y1, x2, y2]: Bezier, t: number): number {
  let u = t;
  for (let i = 0; i < 8; i++) {
    const rest = 1 - u;
    const slope = 3 * rest * rest * x1 + 6 * rest * u * (x2 - x1) + 3 * u * u * (1 - x2);
    if (Math.abs(slope) < 1e-10) {
      break;
    }
    u = Math.min(1, Math.max(0, u - (point(x1, x2, u) - t) / slope));
  }
  return point(y1, y2, u);
}

function point(p1: number, p2: number, u: number): number {
  const rest = 1 - u;
  return 3 * rest * rest * u * p1 + 3 * rest * u * u * p2 + u * u * u;
}

/** Whether the router moves evenly between the two: numbers of one kind, lists of such of equal length. */
export function glides(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.length > 0 && a.every((each, i) => glides(each, b[i]!));
  }
  return (typeof a === 'number' || typeof a === 'bigint') && typeof a === typeof b;
}

/** Maps of the same numbers, such as colours: the router would switch halfway, so they are cut into steps for it. */
export function blends(a: Value, b: Value): boolean {
  if (!isMap(a) || !isMap(b)) {
    return false;
  }
  const keys = Object.keys(a);
  return (
    keys.length > 0 &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && (glides(a[key]!, b[key]!) || equal(a[key], b[key])))
  );
}

/** Between two values: numbers, lists and maps of numbers evenly, everything else at half the way. */
export function between(a: Value, b: Value, part: number): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    return part === 0 ? a : part === 1 ? b : a + (b - a) * part;
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    return part === 0 ? a : part === 1 ? b : a + BigInt(Math.trunc(Number(b - a) * part));
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.map((each, i) => between(each, b[i]!, part));
  }
  if (blends(a, b)) {
    const map: ValueMap = {};
    for (const [key, each] of Object.entries(a as ValueMap)) {
      put(map, key, between(each, (b as ValueMap)[key]!, part));
    }
    return map;
  }
  return part >= 0.5 ? b : a;
}

/** The number by which a value is drawn on a track: itself, the mean of a list, the brightest of a colour. */
export function heightOf(value: Value): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) {
    return number;
  }
  if (typeof value === 'boolean') {
    return value ? 1 : 0;
  }
  const parts = (Array.isArray(value) ? value : isMap(value) ? Object.values(value) : []).map((each) => numberOf(each));
  const numbers = parts.filter((each) => each !== undefined);
  return numbers.length > 0 ? Math.max(...numbers) : undefined;
}
