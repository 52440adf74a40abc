import type { Message, Value } from '../clasp';
import { monitor as t } from '../strings/monitor';
import { revisionIn, valueIn, type Entry } from './traffic';
import { shorten } from './values';

/** How a message reads in one line, without its address. Bounded, whatever the message has. */
export function summaryOf(message: Message, limit = 120): string {
  return shorten(summary(message, limit), limit);
}

function summary(message: Message, limit: number): string {
  switch (message.type) {
    case 'SET':
      return [
        valueText(message.value, limit),
        ...(message.lock ? ['lock'] : []),
        ...(message.unlock ? ['unlock'] : []),
        ...(message.ttl === undefined ? [] : [`ttl ${ttlText(message.ttl)}`]),
      ].join('  ');
    case 'PUBLISH': {
      const parts: string[] = [];
      if (message.signal === 'gesture') {
        parts.push(`${message.phase ?? 'start'} #${message.id ?? 0}`);
      }
      if (message.samples !== undefined) {
        parts.push(`${message.samples.length} × ${valueText(message.samples, limit)}`);
      } else if (message.value !== undefined) {
        parts.push(valueText(message.value, limit));
      }
      if (message.rate !== undefined) {
        parts.push(`${message.rate}/s`);
      }
      return parts.join('  ');
    }
    case 'SNAPSHOT':
      return message.params.length === 1
        ? valueText(message.params[0]!.value, limit)
        : t.summary.values(message.params.length);
    case 'BUNDLE':
      return t.summary.messages(message.messages.length, message.timestamp);
    case 'ERROR':
      return `${message.code} ${message.message}`;
    case 'ACK':
      return message.correlation === undefined ? '' : `#${message.correlation}`;
    case 'SUBSCRIBE': {
      const { types, maxRate, epsilon, history, window } = message;
      return [
        `SUBSCRIBE #${message.id}`,
        ...(types === undefined ? [] : [types.join(' ')]),
        ...(maxRate === undefined ? [] : [`maxRate ${maxRate}`]),
        ...(epsilon === undefined ? [] : [`epsilon ${epsilon}`]),
        ...(history === undefined ? [] : [`history ${history}`]),
        ...(window === undefined ? [] : [`window ${window}`]),
      ].join('  ');
    }
    case 'UNSUBSCRIBE':
      return `UNSUBSCRIBE #${message.id}`;
    case 'HELLO':
      return `HELLO ${message.name} (${message.features.join(' ')})`;
    case 'WELCOME':
      return `WELCOME ${message.session} ${message.name}`;
    case 'ANNOUNCE':
    case 'RESULT':
      return `${message.type} ${message.signals.length}`;
    default:
      return message.type;
  }
}

function ttlText(ttl: 'never' | { sliding: number } | { absolute: number }): string {
  if (ttl === 'never') {
    return ttl;
  }
  return 'sliding' in ttl ? t.summary.sliding(ttl.sliding) : t.summary.absolute(ttl.absolute);
}

/** JSON as people read it; it stops when it is long enough. An integer has no point, a float always has one. */
export function valueText(value: Value | undefined, limit = 2_000): string {
  let out = '';
  const write = (v: Value | undefined): void => {
    if (out.length > limit) {
      return;
    }
    if (typeof v === 'string') {
      out += JSON.stringify(v.slice(0, limit));
    } else if (typeof v === 'number') {
      out += floatText(v);
    } else if (v instanceof Uint8Array) {
      out += `<${t.summary.bytes(v.length)}${v.length === 0 ? '' : ' '}${hexOf(v.subarray(0, Math.ceil(limit / 3)))}>`;
    } else if (Array.isArray(v)) {
      out += '[';
      for (let i = 0; i < v.length && out.length <= limit; i++) {
        out += i > 0 ? ', ' : '';
        write(v[i]);
      }
      out += ']';
    } else if (typeof v === 'object' && v !== null) {
      out += '{';
      let first = true;
      for (const key of Object.keys(v)) {
        if (out.length > limit) {
          break;
        }
        out += `${first ? '' : ', '}${JSON.stringify(key)}: `;
        first = false;
        write(v[key]);
      }
      out += '}';
    } else {
      out += String(v ?? null);
    }
  };
  write(value);
  return shorten(out, limit);
}

/** Shortest text that reads back as the same float, with a point or an exponent. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
}

/** Lines of 16 bytes: offset, hexadecimal, ASCII. */
export function hexDump(bytes: Uint8Array, most = 4_096): string[] {
  const lines: string[] = [];
  const end = Math.min(bytes.length, most);
  for (let at = 0; at < end; at += 16) {
    const part = bytes.subarray(at, Math.min(at + 16, end));
    const ascii = Array.from(part, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '·')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hexOf(part).padEnd(47)}  ${ascii}`);
  }
  return lines;
}

// --- export -------------------------------------------------------------------------------------------------------

/** A line of text for each message: time in UTC, direction, kind, address, value, revision, bytes; tabs between. */
export function textLine(entry: Entry): string {
  return [
    new Date(entry.at).toISOString(),
    entry.out ? 'out' : 'in',
    entry.kind,
    oneLine(entry.address || '-'),
    oneLine(summaryOf(entry.message, 65_536)),
    revisionIn(entry.message) || '-',
    `${entry.bytes} B`,
  ].join('\t');
}

function oneLine(text: string): string {
  return text.replace(/[\t\r\n\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An object of JSON for each message, with all that it has. */
export function jsonLine(entry: Entry): string {
  const value = valueIn(entry.message);
  return JSON.stringify({
    at: new Date(entry.at).toISOString(),
    direction: entry.out ? 'out' : 'in',
    kind: entry.kind,
    ...(entry.address === '' ? {} : { address: entry.address }),
    ...(value === undefined ? {} : { value: toJson(value) }),
    bytes: entry.bytes,
    message: toJson(entry.message),
  });
}

/** Lines that are put together before they become part of a file. */
const LINES = 500;

/** The parts of a file; made while they are taken, so that no text of all messages ever exists. */
export function* fileParts(entries: readonly Entry[], line: (entry: Entry) => string): Generator<string> {
  for (let at = 0; at < entries.length; at += LINES) {
    yield `${entries.slice(at, at + LINES).map(line).join('\n')}\n`;
  }
}

/**
 * What JSON can carry, as the HTTP API writes it: bytes are `{"$bytes": base64}`. Integers are numbers while JavaScript
 * can hold them, beyond that texts in `{"$int": …}`; floats that JSON does not have are `{"$float": "NaN"}`.
 */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { $int: String(value) };
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { $float: String(value) };
  }
  if (value instanceof Uint8Array) {
    return { $bytes: base64(value) };
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry)]));
  }
  return value;
}

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(text);
}
