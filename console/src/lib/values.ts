import { t } from '../strings/common';

/** How a value is shown. The published client turns every number type into a JavaScript number. */
export type ValueType = 'number' | 'boolean' | 'text' | 'colour' | 'bytes' | 'list' | 'map' | 'null';

export interface Colour {
  /** A CSS colour. */
  css: string;
  /** The channels as they were sent. */
  text: string;
}

/** Longest text of a value; the rest is in the tooltip, up to a limit of its own. */
const SHOWN = 80;
const TOOLTIP = 2000;

export function typeOf(value: unknown): ValueType {
  switch (typeof value) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    default:
      if (value === null || value === undefined) {
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
export function formatValue(value: unknown): string {
  return shorten(plain(value, SHOWN + 1), SHOWN);
}

/** The same with more of it, for a tooltip. */
export function describeValue(value: unknown): string {
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

function plain(value: unknown, room: number): string {
  switch (typeOf(value)) {
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
function json(value: unknown, room: number): string {
  let out = '';
  const write = (v: unknown): void => {
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
        write(v[i]);
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
      out += String(v ?? null);
    }
  };
  write(value);
  return out;
}

/** Maps with the numbers r, g and b (and perhaps a or w), 0 to 1 or 0 to 255. */
export function colourOf(value: unknown): Colour | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return null;
  }
  const { r, g, b, a, ...rest } = value as Record<string, unknown>;
  if (typeof r !== 'number' || typeof g !== 'number' || typeof b !== 'number') {
    return null;
  }
  if (Object.keys(rest).some((key) => !/^(w|ww|cw|amber|uv|lime)$/.test(key))) {
    return null;
  }
  const scale = Math.max(r, g, b) <= 1 ? 255 : 1;
  const channel = (c: number) => Math.round(Math.min(255, Math.max(0, c * scale)) || 0);
  const channels = [
    ['r', r],
    ['g', g],
    ['b', b],
    ...Object.entries({ a, ...rest }).filter(([, v]) => typeof v === 'number'),
  ] as [string, number][];
  return {
    css: `rgb(${channel(r)} ${channel(g)} ${channel(b)})`,
    text: channels.map(([name, v]) => `${name} ${formatNumber(v)}`).join('  '),
  };
}

/** Whether two values are the same to a viewer; used only where a snapshot repeats what is known. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return false;
  }
  return JSON.stringify(a) === JSON.stringify(b);
}
