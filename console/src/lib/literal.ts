import { isMap, put, type Value, type ValueMap } from '../clasp';

/** The text is no value. */
export class LiteralError extends Error {
  constructor(
    message: string,
    /** Where, counted from 0. */
    readonly at: number,
  ) {
    super(message);
  }
}

const DEEPEST = 60;
const BYTES = '$bytes';

/**
 * A value as text to edit: JSON in which 1 is an integer and 1.0 a float, NaN and Infinity are numbers, and
 * `{"$bytes": "01ff"}` are bytes.
 */
export function literalOf(value: Value): string {
  return write(value, '');
}

function write(value: Value, indent: string): string {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (typeof value === 'number') {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return /[.eNI]/.test(text) ? text : `${text}.0`;
  }
  if (value instanceof Uint8Array) {
    return `{"${BYTES}": "${hexOf(value)}"}`;
  }
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const simple = value.every((element) => typeof element !== 'object' || element === null);
    return simple
      ? `[${value.map((element) => write(element, '')).join(', ')}]`
      : `[\n${value.map((element) => deeper + write(element, deeper)).join(',\n')}\n${indent}]`;
  }
  if (isMap(value)) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? '{}'
      : `{\n${entries.map(([key, entry]) => `${deeper}${JSON.stringify(key)}: ${write(entry, deeper)}`).join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}

/** What {@link literalOf} writes, and any JSON. */
export function parseLiteral(text: string): Value {
  const parser = new Parser(text);
  return parser.all();
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Null if it is not hexadecimal. Blanks do not matter. */
export function bytesOf(hex: string): Uint8Array | null {
  const digits = hex.replace(/\s+/g, '');
  return /^([0-9a-f]{2})*$/i.test(digits) ? Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)) : null;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  all(): Value {
    const value = this.value(0);
    this.blank();
    if (this.at < this.text.length) {
      this.fail();
    }
    return value;
  }

  private value(depth: number): Value {
    this.blank();
    if (depth > DEEPEST) {
      this.fail();
    }
    const c = this.text[this.at];
    if (c === '{') {
      return this.map(depth);
    }
    if (c === '[') {
      return this.list(depth);
    }
    if (c === '"') {
      return this.string();
    }
    const word = /[\w.+-]*/y;
    word.lastIndex = this.at;
    const token = word.exec(this.text)?.[0] ?? '';
    const value = scalar(token);
    if (value === undefined) {
      this.fail();
    }
    this.at += token.length;
    return value;
  }

  private map(depth: number): Value {
    const map: ValueMap = {};
    this.at++;
    for (let first = true; !this.take('}'); first = false) {
      if (!first) {
        this.expect(',');
      }
      this.blank();
      const key = this.string();
      this.expect(':');
      put(map, key, this.value(depth + 1));
    }
    const keys = Object.keys(map);
    const hex = map[BYTES];
    if (keys.length === 1 && typeof hex === 'string') {
      return bytesOf(hex) ?? this.fail();
    }
    return map;
  }

  private list(depth: number): Value {
    const list: Value[] = [];
    this.at++;
    for (let first = true; !this.take(']'); first = false) {
      if (!first) {
        this.expect(',');
      }
      list.push(this.value(depth + 1));
    }
    return list;
  }

  private string(): string {
    const quoted = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
    quoted.lastIndex = this.at;
    const token = quoted.exec(this.text)?.[0];
    if (token === undefined) {
      return this.fail();
    }
    try {
      const value = JSON.parse(token) as string;
      this.at += token.length;
      return value;
    } catch {
      return this.fail();
    }
  }

  private take(c: string): boolean {
    this.blank();
    if (this.text[this.at] === c) {
      this.at++;
      return true;
    }
    return false;
  }

  private expect(c: string): void {
    if (!this.take(c)) {
      this.fail();
    }
  }

  private blank(): void {
    while (/\s/.test(this.text[this.at] ?? '')) {
      this.at++;
    }
  }

  private fail(): never {
    throw new LiteralError(this.text.slice(this.at, this.at + 12), this.at);
  }
}

function scalar(token: string): Value | undefined {
  switch (token) {
    case 'null':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    case 'NaN':
      return NaN;
    case 'Infinity':
      return Infinity;
    case '-Infinity':
      return -Infinity;
    default:
      if (/^-?\d+$/.test(token) && token !== '-0') {
        const integer = BigInt(token);
        // What 64 bits do not hold can only be a float.
        return BigInt.asIntN(64, integer) === integer ? integer : Number(token);
      }
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(token) ? Number(token) : undefined;
  }
}
