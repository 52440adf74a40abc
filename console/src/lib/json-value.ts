import { isMap, put, type Value, type ValueMap } from '../clasp/values';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A document is not what it should be; the message is for a user. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/** Deepest nesting of a value in a document. */
const MAX_DEPTH = 16;
const ENTRIES = '$map';

/**
 * A value in JSON that comes back as it was: `{"$int": "5"}` is an integer (a plain number is a float), `{"$bytes": "…"}`
 * bytes in base64, `{"$float": "NaN"}` what JSON has no number for. A map with such a key itself is `{"$map": …}`.
 */
export function toJson(value: Value): Json {
  switch (typeof value) {
    case 'bigint':
      return { $int: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $float: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      if (value === null) {
        return null;
      }
      if (value instanceof Uint8Array) {
        return { $bytes: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) };
      }
      if (Array.isArray(value)) {
        return value.map(toJson);
      }
      return mapToJson(value);
    default:
      return value;
  }
}

function mapToJson(map: ValueMap): Json {
  const json: { [key: string]: Json } = {};
  let special = false;
  for (const [key, entry] of Object.entries(map)) {
    special ||= key.startsWith('$');
    put(json as ValueMap, key, toJson(entry) as Value);
  }
  return special ? { [ENTRIES]: json } : json;
}

/** @throws Malformed nested too deeply, or a marked value that is none */
export function fromJson(json: unknown, depth = 0): Value {
  if (depth > MAX_DEPTH) {
    throw new Malformed(`a value has more than ${MAX_DEPTH} arrays and maps in each other`);
  }
  if (json === null || typeof json === 'boolean' || typeof json === 'number' || typeof json === 'string') {
    return json;
  }
  if (Array.isArray(json)) {
    return json.map((element) => fromJson(element, depth + 1));
  }
  if (typeof json !== 'object') {
    return null;
  }
  const entries = Object.entries(json as Record<string, unknown>);
  const [key, said] = entries.length === 1 ? entries[0]! : ['', null];
  switch (key) {
    case '$int':
      return integer(said);
    case '$float':
      return float(said);
    case '$bytes':
      return bytes(said);
    case ENTRIES:
      return mapOfEntries(said, depth);
    default:
      return mapOfEntries(json, depth);
  }
}

function mapOfEntries(json: unknown, depth: number): Value {
  if (!isMap(json as Value)) {
    throw new Malformed('a $map without a map');
  }
  const map: ValueMap = {};
  for (const [key, entry] of Object.entries(json as Record<string, unknown>)) {
    put(map, key, fromJson(entry, depth + 1));
  }
  return map;
}

function integer(said: unknown): bigint {
  const text = typeof said === 'number' ? String(said) : said;
  if (typeof text !== 'string' || !/^-?\d{1,19}$/.test(text)) {
    throw new Malformed('a $int that is no integer of 64 bits');
  }
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) {
    throw new Malformed('a $int that is no integer of 64 bits');
  }
  return value;
}

function float(said: unknown): number {
  switch (said) {
    case 'NaN':
      return NaN;
    case 'Infinity':
      return Infinity;
    case '-Infinity':
      return -Infinity;
    case '-0':
      return -0;
    default:
      throw new Malformed('a $float that is neither NaN nor infinite');
  }
}

function bytes(said: unknown): Uint8Array {
  try {
    return Uint8Array.from(atob(String(said)), (c) => c.charCodeAt(0));
  } catch {
    throw new Malformed('$bytes that are no base64');
  }
}
