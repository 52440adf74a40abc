import { numberOf, type Value } from '../clasp';
import { t } from '../strings/common';

/** How a value is shown. */
export type ValueType = 'integer' | 'number' | 'boolean' | 'text' | 'colour' | 'bytes' | 'list' | 'map' | 'null';

export interface Colour {
  /** A CSS colour. */
  css: string;
  /** The channels as they were sent. */
  text: string;
}

/** Longest text of a value; the rest is in the tooltip, up to a limit of its own. */
const SHOWN = 80;
const TOOLTIP = 2000;

export function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case 'bigint':
      return 'integer';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    default:
      if (value === null) {
        return 'null';
      }
      if (value instanceof Uint8Array) {
        return 'bytes';
      }
      if (Array.isArray(value)) {
        return 'list';
      }
      return colourOf(value) ? 'colour' : 'map';
  }
}

/** At most five decimals and no trailing zeros, so that 32-bit floats read as they were meant. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(3);
  }
  if (Number.isInteger(value)) {
    return String(value);
  }
  const text = value.toFixed(size >= 1000 ? 1 : size >= 1 ? 3 : 4).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** One line of bounded length. */
export function formatValue(value: Value): string {
  return shorten(plain(value, SHOWN + 1), SHOWN);
}

/** The same with more of it, for a tooltip. */
export function describeValue(value: Value): string {
  return shorten(plain(value, TOOLTIP + 1), TOOLTIP);
}

/** Keeps a cut from falling between the halves of a surrogate pair. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) {
    return text;
  }
  const cut = text.charCodeAt(limit - 2) >>> 10 === 0x36 ? limit - 2 : limit - 1;
  return `${text.slice(0, cut)}…`;
}

function plain(value: Value, room: number): string {
  switch (typeOf(value)) {
    case 'integer':
      return String(value);
    case 'number':
      return formatNumber(value as number);
    case 'boolean':
      return value ? t.value.on : t.value.off;
    case 'text':
      return value as string;
    case 'null':
      return t.value.nothing;
    case 'bytes':
      return bytes(value as Uint8Array, room);
    case 'colour':
      return colourOf(value)?.text ?? '';
    case 'list':
    case 'map':
      return json(value, room);
  }
}

function bytes(value: Uint8Array, room: number): string {
  const shown = Array.from(value.subarray(0, Math.ceil(room / 3)), (b) => b.toString(16).padStart(2, '0'));
  return `${t.value.bytes(value.length)} ${shown.join(' ')}`;
}

/** JSON, but it stops when it is long enough: a value may have 60,000 bytes and change a thousand times a second. */
function json(value: Value, room: number): string {
  let out = '';
  const write = (v: Value): void => {
    if (out.length > room) {
      return;
    }
    if (typeof v === 'string') {
      out += JSON.stringify(v.slice(0, room));
    } else if (v instanceof Uint8Array) {
      out += `<${bytes(v, room)}>`;
    } else if (Array.isArray(v)) {
      out += '[';
      for (let i = 0; i < v.length && out.length <= room; i++) {
        out += i > 0 ? ', ' : '';
        write(v[i] ?? null);
      }
      out += ']';
    } else if (typeof v === 'object' && v !== null) {
      out += '{';
      let first = true;
      for (const [key, item] of Object.entries(v)) {
        if (out.length > room) {
          break;
        }
        out += `${first ? '' : ', '}${key}: `;
        first = false;
        write(item);
      }
      out += '}';
    } else if (typeof v === 'number') {
      out += formatNumber(v);
    } else {
      out += String(v);
    }
  };
  write(value);
  return out;
}

/** Maps with the numbers r, g and b (and perhaps a or w), 0 to 1 or 0 to 255. */
export function colourOf(value: Value): Colour | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return null;
  }
  const { r, g, b, a, ...rest } = value;
  const [red, green, blue] = [numberOf(r), numberOf(g), numberOf(b)];
  if (red === undefined || green === undefined || blue === undefined) {
    return null;
  }
  if (Object.keys(rest).some((key) => !/^(w|ww|cw|amber|uv|lime)$/.test(key))) {
    return null;
  }
  const scale = Math.max(red, green, blue) <= 1 ? 255 : 1;
  const channel = (c: number) => Math.round(Math.min(255, Math.max(0, c * scale)) || 0);
  const more = Object.entries({ ...(a === undefined ? {} : { a }), ...rest });
  const channels: [string, number | undefined][] = [
    ['r', red],
    ['g', green],
    ['b', blue],
    ...more.map(([name, v]): [string, number | undefined] => [name, numberOf(v)]),
  ];
  return {
    css: `rgb(${channel(red)} ${channel(green)} ${channel(blue)})`,
    text: channels.flatMap(([name, v]) => (v === undefined ? [] : [`${name} ${formatNumber(v)}`])).join('  '),
  };
}
