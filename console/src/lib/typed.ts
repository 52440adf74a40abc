import { int, isMap, type Value } from '../clasp';

export const TYPED_KINDS = ['auto', 'float', 'int', 'bool', 'text', 'json', 'bytes', 'null'] as const;
export type TypedKind = (typeof TYPED_KINDS)[number];

const INTEGER = /^[+-]?\d{1,19}$/;

/**
 * What somebody typed, as a value. `auto`: JSON if it is, else a text; whole numbers without a point are integers there
 * and in `json`, so that `1` and `1.0` are different.
 *
 * @returns undefined if it is not of that kind
 */
export function typedValue(text: string, kind: TypedKind): Value | undefined {
  const trimmed = text.trim();
  switch (kind) {
    case 'auto':
      return trimmed === '' ? '' : orText(jsonValue(trimmed), text);
    case 'float':
      return trimmed === '' || Number.isNaN(Number(trimmed)) ? (trimmed === 'NaN' ? NaN : undefined) : Number(trimmed);
    case 'int':
      return INTEGER.test(trimmed) && int(BigInt(trimmed)) === BigInt(trimmed) ? BigInt(trimmed) : undefined;
    case 'bool':
      return /^(true|1|on)$/i.test(trimmed) ? true : /^(false|0|off)$/i.test(trimmed) ? false : undefined;
    case 'text':
      return text;
    case 'json':
      return jsonValue(trimmed);
    case 'bytes': {
      const hex = trimmed.replace(/[\s,]|0x/gi, '');
      return /^([0-9a-f]{2})*$/i.test(hex) ? Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)) : undefined;
    }
    case 'null':
      return null;
  }
}

function orText(value: Value | undefined, text: string): Value {
  return value === undefined ? text : value;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** No key that anybody would type. */
const MARK = '\u0000int';

/** Undefined if it is no JSON. JSON.parse cannot tell 1 from 1.0, so integers are marked before. */
function jsonValue(text: string): Value | undefined {
  try {
    JSON.parse(text);
    const marked = text.replace(TOKEN, (token) => (/^-?[1-9]\d*$|^0$/.test(token) ? JSON.stringify({ [MARK]: token }) : token));
    return JSON.parse(marked, (_, value: Value) =>
      isMap(value) && typeof value[MARK] === 'string' ? int(BigInt(value[MARK])) : value,
    ) as Value;
  } catch {
    return undefined;
  }
}

/** The kind of a value in a box, and its text there. */
export function boxOf(value: Value): { kind: TypedKind; text: string } {
  switch (typeof value) {
    case 'number':
      return { kind: 'float', text: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { kind: 'int', text: String(value) };
    case 'boolean':
      return { kind: 'bool', text: String(value) };
    case 'string':
      return { kind: 'text', text: value };
    default:
      if (value === null) {
        return { kind: 'null', text: '' };
      }
      if (value instanceof Uint8Array) {
        return { kind: 'bytes', text: Array.from(value, (b) => b.toString(16).padStart(2, '0')).join(' ') };
      }
      return { kind: 'json', text: jsonText(value) };
  }
}

/** JSON in which integers have no point and floats do. Bytes inside have no JSON: they become arrays of integers. */
export function jsonText(value: Value): string {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (typeof value === 'number') {
    const text = Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : 'null';
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (value instanceof Uint8Array) {
    return `[${Array.from(value).join(', ')}]`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(jsonText).join(', ')}]`;
  }
  if (isMap(value)) {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}: ${jsonText(entry)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
