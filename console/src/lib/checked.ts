import { Malformed } from './json-value';

/** Reads a document that somebody else may have written: each entry is checked, and named when it is wrong. */
export class Checked {
  private constructor(
    private readonly map: Record<string, unknown>,
    private readonly where: string,
  ) {}

  static of(json: unknown, where: string): Checked {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new Malformed(`${where} must be a map`);
    }
    return new Checked(json as Record<string, unknown>, where);
  }

  /** The text as JSON, with the marks of a format and its version. */
  static document(text: string, format: string, version: number, maxBytes: number): Checked {
    if (text.length > maxBytes) {
      throw new Malformed(`it is larger than ${maxBytes} bytes`);
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new Malformed('it is no JSON');
    }
    const document = Checked.of(json, 'the document');
    if (document.map['format'] !== format) {
      throw new Malformed(`its format is not ${format}`);
    }
    const said = document.map['version'];
    if (typeof said !== 'number' || !Number.isInteger(said) || said < 1) {
      throw new Malformed('it has no version');
    }
    if (said > version) {
      throw new Malformed(`it has version ${said} of its format, this console knows ${version}; load the page again, or update the router`);
    }
    return document;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.map, key) && this.map[key] !== undefined;
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.map, key) ? this.map[key] : undefined;
  }

  text(key: string, limit: number, standard?: string): string {
    const value = this.raw(key) ?? standard;
    if (typeof value !== 'string' || value.length > limit) {
      throw this.wrong(key, `must be a text of at most ${limit} characters`);
    }
    return value;
  }

  number(key: string, min: number, max: number, standard?: number): number {
    const value = this.raw(key) ?? standard;
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw this.wrong(key, `must be a number from ${min} to ${max}`);
    }
    return value;
  }

  whole(key: string, min: number, max: number, standard?: number): number {
    const value = this.number(key, min, max, standard);
    if (!Number.isInteger(value)) {
      throw this.wrong(key, 'must be a whole number');
    }
    return value;
  }

  flag(key: string): boolean {
    const value = this.raw(key) ?? false;
    if (typeof value !== 'boolean') {
      throw this.wrong(key, 'must be true or false');
    }
    return value;
  }

  choice<T extends string>(key: string, choices: readonly T[], standard?: T): T {
    const value = this.raw(key) ?? standard;
    if (typeof value !== 'string' || !(choices as readonly string[]).includes(value)) {
      throw this.wrong(key, `must be one of ${choices.join(', ')}`);
    }
    return value as T;
  }

  /** The members of a list, each with where it stands. */
  list<T>(key: string, limit: number, read: (member: unknown, where: string) => T): T[] {
    const value = this.raw(key);
    if (!Array.isArray(value) || value.length > limit) {
      throw this.wrong(key, `must be a list of at most ${limit}`);
    }
    return value.map((member, i) => read(member, `${this.place(key)}[${i}]`));
  }

  wrong(key: string, what: string): Malformed {
    return new Malformed(`${this.place(key)} ${what}`);
  }

  private place(key: string): string {
    return this.where === 'the document' ? key : `${this.where}.${key}`;
  }
}

const toUtf8 = new TextEncoder();

/** Length as it goes over the wire. */
export function bytesOf(text: string): number {
  return toUtf8.encode(text).length;
}

/** Largest document, in bytes: with its address it has to fit into one message. */
export const MAX_DOCUMENT = 60_000;

/** An address as the router takes it; empty for none. */
export function checkAddress(text: string): string {
  if (text !== '' && !isAddress(text)) {
    throw new Malformed(`“${text.slice(0, 80)}” is no address`);
  }
  return text;
}

export function isAddress(text: string): boolean {
  return /^\/[^*\p{Cc}]+$/u.test(text) && !text.endsWith('/') && text.length <= 512 && text.split('/').length <= 65;
}
