import { isMap, type Value } from '../clasp';
import { base64, floatText } from './trafficText';

/** Texts and values as source code. Whatever is in them, the code is one literal and nothing else. */

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Every UTF-16 unit that is not plain ASCII by itself, and quotes and backslashes, by `escape`. */
function escaped(text: string, quote: string, escape: (code: number) => string): string {
  let out = quote;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const char = text[i]!;
    out += char === quote || char === '\\' ? `\\${char}` : code >= 0x20 && code < 0x7f ? char : escape(code);
  }
  return out + quote;
}

const isHigh = (code: number) => code >>> 10 === 0x36;
const isLow = (code: number) => code >>> 10 === 0x37;

/** Characters that can be shown as they are in any source file: letters and signs beyond ASCII, in whole pairs. */
function readable(text: string, escapedText: (part: string) => string): string {
  // Split so that only what is invisible or half is escaped; the rest stays as people wrote it.
  return text.replace(/[\p{C}\p{Z}]/gu, (char) => (char === ' ' ? char : escapedText(char)));
}

// --- JavaScript ---------------------------------------------------------------------------------------------------

export function jsText(text: string): string {
  const body = text.replace(/[\\']/g, '\\$&');
  return `'${readable(body, (char) => [...Array(char.length).keys()].map((i) => `\\u${hex(char.charCodeAt(i), 4)}`).join(''))}'`;
}

export function jsValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return jsText(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value === null) {
        return 'null';
      }
      if (value instanceof Uint8Array) {
        return `new Uint8Array([${Array.from(value).join(', ')}])`;
      }
      if (Array.isArray(value)) {
        return `[${value.map(jsValue).join(', ')}]`;
      }
      return `{ ${Object.entries(value)
        .map(([key, entry]) => `${jsKey(key)}: ${jsValue(entry)}`)
        .join(', ')} }`.replace(/^\{ {2}\}$/, '{}');
  }
}

function jsKey(key: string): string {
  // Without brackets this one would be the prototype.
  return key === '__proto__' ? `['__proto__']` : /^[A-Za-z_$][\w$]*$/.test(key) ? key : jsText(key);
}

// --- Python -------------------------------------------------------------------------------------------------------

export function pythonText(text: string): string {
  const body = text.replace(/[\\"]/g, '\\$&');
  return `"${readable(body, (char) => {
    const code = char.codePointAt(0)!;
    return code <= 0xff ? `\\x${hex(code, 2)}` : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  })}"`;
}

export function pythonValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return pythonText(value);
    case 'number':
      return Number.isFinite(value) ? floatText(value) : `float("${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}")`;
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'True' : 'False';
    default:
      if (value === null) {
        return 'None';
      }
      if (value instanceof Uint8Array) {
        return `b"${Array.from(value, (b) => (b >= 0x20 && b < 0x7f && b !== 0x22 && b !== 0x5c ? String.fromCharCode(b) : `\\x${hex(b, 2)}`)).join('')}"`;
      }
      if (Array.isArray(value)) {
        return `[${value.map(pythonValue).join(', ')}]`;
      }
      return `{${Object.entries(value)
        .map(([key, entry]) => `${pythonText(key)}: ${pythonValue(entry)}`)
        .join(', ')}}`;
  }
}

// --- Java ---------------------------------------------------------------------------------------------------------

const JAVA: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Java replaces backslash-u before it looks for quotes, so what is below 0x80 is never written that way: a `"` as
 * backslash-u 0022 would end the text, and a backslash before a u in the text itself is doubled.
 */
export function javaText(text: string): string {
  return escaped(text, '"', (code) => JAVA[String.fromCharCode(code)] ?? (code < 0x80 ? `\\${code.toString(8).padStart(3, '0')}` : `\\u${hex(code, 4)}`));
}

export function javaValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return javaText(value);
    case 'number':
      return Number.isFinite(value) ? floatText(value) : `Double.${Number.isNaN(value) ? 'NaN' : value > 0 ? 'POSITIVE_INFINITY' : 'NEGATIVE_INFINITY'}`;
    case 'bigint':
      return `${value}L`;
    case 'boolean':
      return String(value);
    default:
      if (value === null) {
        return 'Value.NULL';
      }
      if (value instanceof Uint8Array) {
        return `new byte[] {${Array.from(value, (b) => (b > 127 ? b - 256 : b)).join(', ')}}`;
      }
      if (Array.isArray(value)) {
        return `List.of(${value.map(javaValue).join(', ')})`;
      }
      return `Map.ofEntries(${Object.entries(value)
        .map(([key, entry]) => `Map.entry(${javaText(key)}, ${javaValue(entry)})`)
        .join(', ')})`;
  }
}

/** Whether the code of a value names the class Value. */
export function javaNeedsValue(value: Value): boolean {
  return (
    value === null ||
    (Array.isArray(value) && value.some(javaNeedsValue)) ||
    (isMap(value) && Object.values(value).some(javaNeedsValue))
  );
}

// --- JSON and the shell -------------------------------------------------------------------------------------------

/** JSON as the HTTP API reads it. Undefined if JSON cannot say it. */
export function apiJson(value: Value): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonText(value);
    case 'number':
      return Number.isFinite(value) ? floatText(value) : undefined;
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value === null) {
        return 'null';
      }
      if (value instanceof Uint8Array) {
        return `{"$bytes": "${base64(value)}"}`;
      }
      if (Array.isArray(value)) {
        return all(value.map(apiJson), (parts) => `[${parts.join(', ')}]`);
      }
      // Read as bytes there.
      if (Object.hasOwn(value, '$bytes')) {
        return undefined;
      }
      return all(
        Object.entries(value).map(([key, entry]) => {
          const written = apiJson(entry);
          return written === undefined ? undefined : `${jsonText(key)}: ${written}`;
        }),
        (parts) => `{${parts.join(', ')}}`,
      );
  }
}

function all(parts: (string | undefined)[], join: (parts: string[]) => string): string | undefined {
  return parts.includes(undefined) ? undefined : join(parts as string[]);
}

function jsonText(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

/** One word of a POSIX shell. A NUL cannot be in one. */
export function shellText(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An address behind `/v1/state`: its segments percent-encoded. */
export function pathOf(address: string): string {
  return address
    .split('/')
    .map((segment) => encodeURIComponent(wellFormed(segment)))
    .join('/');
}

/** Halves of surrogate pairs become what UTF-8 makes of them; nothing else could be sent. */
function wellFormed(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isHigh(code) && isLow(text.charCodeAt(i + 1))) {
      out += text[i]! + text[++i]!;
    } else {
      out += isHigh(code) || isLow(code) ? '\ufffd' : text[i]!;
    }
  }
  return out;
}
