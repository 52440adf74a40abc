/**
 * A value as CLASP has it. **A bigint is an integer, a number is a float**: 1n and 1 are different bytes and different
 * kinds, and a value that is read and written back keeps its kind.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | { [key: string]: Value };

/** A map value. */
export type ValueMap = { [key: string]: Value };

const SMALLEST = -(2n ** 63n);
const BIGGEST = 2n ** 63n - 1n;

/** An integer of 64 bits; a fraction is cut off, what is too big becomes the biggest. Not a number: 0. */
export function int(value: number | bigint): bigint {
  const whole =
    typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(value) : value > 0 ? 2 ** 63 : value < 0 ? -(2 ** 63) : 0);
  return whole < SMALLEST ? SMALLEST : whole > BIGGEST ? BIGGEST : whole;
}

/** A float of 64 bits. */
export function float(value: number | bigint): number {
  return Number(value);
}

/** The number behind an integer or a float; undefined for everything else. Beyond 2^53 the last digits are lost. */
export function numberOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** `value` as a number of the kind that `like` has: what a fader writes for a parameter that holds an integer. */
export function ofKind(value: number, like: Value | undefined): number | bigint {
  return typeof like === 'bigint' ? int(Math.round(value)) : value;
}

/**
 * Any JavaScript value as one of CLASP: numbers become floats, or integers if `wholeIsInt` and they have no fraction;
 * typed arrays and array buffers become bytes; `undefined`, functions and symbols become null.
 */
export function toValue(value: unknown, wholeIsInt = false): Value {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'bigint':
      return value;
    case 'number':
      return wholeIsInt && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case 'object':
      if (value === null || value instanceof Uint8Array) {
        return value;
      }
      if (Array.isArray(value)) {
        return value.map((element) => toValue(element, wholeIsInt));
      }
      if (value instanceof ArrayBuffer) {
        return new Uint8Array(value);
      }
      return mapOf(Object.entries(value).map(([key, entry]) => [key, toValue(entry, wholeIsInt)]));
    default:
      return null;
  }
}

/** A map with these entries; `__proto__` is a key like any other. */
export function mapOf(entries: Iterable<readonly [string, Value]>): ValueMap {
  const map: ValueMap = {};
  for (const [key, value] of entries) {
    put(map, key, value);
  }
  return map;
}

/** Adds an entry; the last of the same key counts. */
export function put(map: ValueMap, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key] = value;
  }
}

/** The same kind and content; NaN equals NaN. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (Object.is(a, b)) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return false;
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((element, i) => equal(element, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
