import { describe, expect, test } from 'vitest';
import json from '../../protocol/src/test/resources/vectors/js-client.json';
import { CodecError, MAX_BUNDLES, MAX_DEPTH, decode, encode } from '../src/clasp/codec';
import type { Message } from '../src/clasp/message';
import { equal, float, int, isMap, mapOf, numberOf, ofKind, toValue, type Value } from '../src/clasp/values';

interface Vector {
  name: string;
  hex: string;
  frame: { qos: string; timestamp?: string };
  message: { type: string; [field: string]: unknown };
}

const vectors = json as unknown as Vector[];

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A value as the vectors describe it. */
function described(value: Value): unknown {
  switch (typeof value) {
    case 'boolean':
      return { bool: value };
    case 'bigint':
      return { int: String(value) };
    case 'number':
      return { f64: Object.is(value, -0) ? -0 : value };
    case 'string':
      return { str: value };
    default:
      return value === null
        ? { null: true }
        : value instanceof Uint8Array
          ? { bytes: hex(value) }
          : Array.isArray(value)
            ? { array: value.map(described) }
            : { map: Object.entries(value).map(([key, entry]) => [key, described(entry)]) };
  }
}

/** The description's floats, which are text, as numbers. */
function numbers(description: unknown): unknown {
  if (Array.isArray(description)) {
    return description.map(numbers);
  }
  if (typeof description === 'object' && description !== null) {
    return Object.fromEntries(
      Object.entries(description).map(([key, entry]) => [key, key === 'f64' ? Number(entry) : numbers(entry)]),
    );
  }
  return description;
}

const u64 = (value: unknown) => (value === undefined ? undefined : String(value));

function describedMessage(m: Message): Record<string, unknown> {
  switch (m.type) {
    case 'WELCOME':
      return { ...m, time: u64(m.time) };
    case 'SUBSCRIBE': {
      const { maxRate, epsilon, history, window, types, ...rest } = m;
      const options = clean({ max_rate: maxRate, epsilon, history, window });
      return { ...rest, types: types ?? 'all', ...(Object.keys(options).length > 0 ? { options } : {}) };
    }
    case 'PUBLISH':
      return clean({
        ...m,
        value: m.value === undefined ? undefined : described(m.value),
        timestamp: u64(m.timestamp),
      });
    case 'SET':
      return clean({
        ...m,
        value: described(m.value),
        revision: u64(m.revision),
        lock: m.lock ?? false,
        unlock: m.unlock ?? false,
      });
    case 'SNAPSHOT':
      return {
        ...m,
        params: m.params.map((p) =>
          clean({ ...p, value: described(p.value), revision: u64(p.revision), timestamp: u64(p.timestamp) }),
        ),
      };
    case 'BUNDLE':
      return clean({ ...m, timestamp: u64(m.timestamp), messages: m.messages.map(describedMessage) });
    case 'SYNC':
      return clean({ ...m, t1: u64(m.t1), t2: u64(m.t2), t3: u64(m.t3) });
    case 'ACK': {
      const { correlation, ...rest } = m;
      return clean({ ...rest, revision: u64(m.revision), correlation_id: correlation });
    }
    case 'ERROR': {
      const { correlation, ...rest } = m;
      return clean({ ...rest, correlation_id: correlation });
    }
    case 'ANNOUNCE':
      return {
        ...m,
        signals: m.signals.map((s) =>
          clean({
            ...s,
            meta: s.meta && clean({ ...s.meta, default: s.meta.default === undefined ? undefined : described(s.meta.default) }),
          }),
        ),
      };
    default:
      return { ...m };
  }
}

function clean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

describe('the golden vectors', () => {
  test('are there', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(339);
  });

  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const frame = decode(bytes(vector.hex));
    expect(frame.length).toBe(vector.hex.length / 2);
    expect(frame.qos).toBe(vector.frame.qos === 'reserved' ? 'fire' : vector.frame.qos);
    expect(u64(frame.timestamp)).toBe(vector.frame.timestamp);
    expect(floats(describedMessage(frame.message))).toEqual(floats(numbers(vector.message)));

    const again = encode(frame.message);
    const header = vector.frame.timestamp === undefined ? 4 : 12;
    expect(hex(again.subarray(4))).toBe(vector.hex.slice(2 * header));
    // With quality and timestamp the header is the same too, but for the encoding bits of the few frames that play with them.
    const whole = hex(encode(frame.message, { qos: frame.qos, ...(frame.timestamp === undefined ? {} : { timestamp: frame.timestamp }) }));
    expect(whole.slice(4)).toBe(vector.hex.slice(4));
  });
});

/** Numbers of float fields outside values are text in the description; here both become text. */
function floats(description: unknown): unknown {
  if (Array.isArray(description)) {
    return description.map(floats);
  }
  if (typeof description === 'object' && description !== null) {
    return Object.fromEntries(
      Object.entries(description).map(([key, entry]) => [
        key,
        key === 'epsilon' || key === 'f64' ? plain(entry) : key === 'samples' || key === 'range' ? (entry as unknown[]).map(plain) : floats(entry),
      ]),
    );
  }
  return description;
}

function plain(value: unknown): string {
  const number = Number(value);
  return Object.is(number, -0) ? '-0' : String(number);
}

describe('frames of other peers', () => {
  test.each<[string, string, Message]>([
    ['PING', '5301000441ffffff', { type: 'PING' }],
    ['an integer of 8 bits', '53010007210200022f61ff', { type: 'SET', address: '/a', value: -1n }],
    ['an integer of 16 bits', '53010008210300022f61fffe', { type: 'SET', address: '/a', value: -2n }],
    ['an integer of 32 bits', '5301000a210400022f61fffffffd', { type: 'SET', address: '/a', value: -3n }],
    ['a float of 32 bits', '5301000a210600022f613dcccccd', { type: 'SET', address: '/a', value: 0.10000000149011612 }],
    ['any byte for true', '53010007210100022f6102', { type: 'SET', address: '/a', value: true }],
    ['a byte order mark', '5301000c210800022f610004efbbbf78', { type: 'SET', address: '/a', value: '\uFEFFx' }],
    ['a key twice', '53010012210b00022f61000200016b010000016b0101', { type: 'SET', address: '/a', value: { k: true } }],
    [
      'a lifetime',
      '5301001a219700022f613fe0000000000000000000000000000980000708',
      { type: 'SET', address: '/a', value: 0.5, revision: 9, ttl: { absolute: 1800 } },
    ],
    [
      'WELCOME without a token',
      '530100210201f800000000000000000008656d626564646564000a4d696e69526f75746572',
      { type: 'WELCOME', version: 1, features: ['param', 'event', 'stream', 'gesture', 'timeline'], time: 0, session: 'embedded', name: 'MiniRouter' },
    ],
    ['PUBLISH of an unknown signal', '5301000720a000022f6100', { type: 'PUBLISH', address: '/a', signal: 'event', phase: 'start' }],
    ['PUBLISH with a rate behind it', '5301000d202000022f61000000003c0102', { type: 'PUBLISH', address: '/a', signal: 'event', phase: 'start', rate: 60 }],
    ['SUBSCRIBE with no type', '5301000b100000000100022f610000', { type: 'SUBSCRIBE', id: 1, pattern: '/a', types: [] }],
    ['BUNDLE with odd flags', '53010004307f0000', { type: 'BUNDLE', messages: [] }],
  ])('%s', (_, text, message) => {
    expect(decode(bytes(text)).message).toEqual(message);
  });

  test('a map with the key __proto__ keeps it', () => {
    const frame = bytes('5301001b210b00022f61000100095f5f70726f746f5f5f0b00010001780101');
    const message = decode(frame).message as { value: Value };
    expect(Object.keys(message.value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(message.value)).toBe(Object.prototype);
    expect(hex(encode(decode(frame).message)).slice(8)).toBe(hex(frame).slice(8));
  });

  test.each([
    ['nothing', ''],
    ['half a header', '5301'],
    ['no frame', '5401000141'],
    ['an empty payload', '53010000'],
    ['half a payload', '5301000541'],
    ['an unknown message', '53010001ff'],
    ['MessagePack', '5300000b81a474797065a450494e47'],
    ['an encrypted frame', '5311000141'],
    ['SET that is only its type', '5301000121'],
    ['SET without its value', '53010006210100022f61'],
    ['half a float', '5301000d210700022f6100000000000000'],
    ['no revision', '53010006218000022f61'],
    ['an unknown value', '5301000e210c00022f610000000000000000'],
    ['an address that is not UTF-8', '53010007210000032ffffe'],
    ['half a surrogate pair', '5301000b210800022f610003eda080'],
    ['an overlong character', '5301000a210800022f610002c0af'],
    ['an array that claims 65535 elements', '53010008210a00022f61ffff'],
    ['a map that claims 65535 entries', '53010008210b00022f61ffff'],
    ['samples that are not there', '53010011204000022f610200023ff0000000000000'],
    ['PUBLISH with unknown content', '53010007202000022f6103'],
    ['a bundle that claims 65535 messages', '530100043000ffff'],
    ['an empty message in a bundle', '53010006300000010000'],
    ['text that runs out of its message', '5301000e3000000200052200052f61000141'],
    ['half an ERROR', '530100025100'],
    ['an unknown operation', '530100060405000000000000'],
  ])('%s is refused', (_, text) => {
    expect(() => decode(bytes(text))).toThrow(CodecError);
  });
});

describe('limits', () => {
  const nested = (depth: number): Value => {
    let value: Value = 1n;
    for (let i = 0; i < depth; i++) {
      value = i % 2 === 0 ? [value] : { k: value };
    }
    return value;
  };
  const bundles = (depth: number): Message => {
    let message: Message = { type: 'PING' };
    for (let i = 0; i < depth; i++) {
      message = { type: 'BUNDLE', messages: [message] };
    }
    return message;
  };

  test('of values inside each other', () => {
    const deepest: Message = { type: 'SET', address: '/a', value: nested(MAX_DEPTH) };
    expect(decode(encode(deepest)).message).toEqual(deepest);
    expect(() => encode({ type: 'SET', address: '/a', value: nested(MAX_DEPTH + 1) })).toThrow(CodecError);
    const tooDeep = bytes(`5301fff0210a00022f61${'00010a'.repeat(30_000)}`.slice(0, 2 * (4 + 0xfff0)));
    expect(() => decode(tooDeep)).toThrow(/inside each other/);
  });

  test('of bundles inside each other', () => {
    expect(decode(encode(bundles(MAX_BUNDLES))).message).toEqual(bundles(MAX_BUNDLES));
    expect(() => encode(bundles(MAX_BUNDLES + 1))).toThrow(CodecError);
    const inner = encode(bundles(MAX_BUNDLES)).subarray(4);
    const outer = Uint8Array.from([0x53, 0x81, 0, inner.length + 6, 0x30, 0, 0, 1, 0, inner.length, ...inner]);
    expect(() => decode(outer)).toThrow(/inside each other/);
  });

  test('of a frame', () => {
    const fits: Message = { type: 'SET', address: '/a', value: 'x'.repeat(65_527) };
    expect(encode(fits)).toHaveLength(65_539);
    expect(decode(encode(fits, { timestamp: 2n ** 63n })).timestamp).toBe(2n ** 63n);
    expect(() => encode({ type: 'SET', address: '/a', value: 'x'.repeat(65_528) })).toThrow(/too large/);
    expect(() => encode({ type: 'SET', address: '/a', value: 'x'.repeat(65_536) })).toThrow(/too large/);
    expect(() => encode({ type: 'SET', address: '/a', value: new Array<Value>(70_000).fill(null) })).toThrow(CodecError);
  });

  test.each<[string, Message]>([
    ['half a surrogate pair', { type: 'GET', address: '/\uD800' }],
    ['a fractional time', { type: 'SYNC', t1: 0.5 }],
    ['a negative revision', { type: 'SET', address: '/a', value: 1, revision: -1 }],
    ['a revision that is not exact', { type: 'SET', address: '/a', value: 1, revision: 2 ** 60 }],
    ['an integer of 65 bits', { type: 'SET', address: '/a', value: 2n ** 63n }],
    ['a lifetime of nothing', { type: 'SET', address: '/a', value: 1, ttl: { sliding: 0 } }],
    ['an id of 33 bits', { type: 'UNSUBSCRIBE', id: 2 ** 32 }],
    ['undefined', { type: 'SET', address: '/a', value: undefined as unknown as Value }],
    ['a function in an array', { type: 'SET', address: '/a', value: [(() => 1) as unknown as Value] }],
  ])('%s is not written', (_, message) => {
    expect(() => encode(message)).toThrow(CodecError);
  });
});

describe('any bytes', () => {
  /** Marsaglia's xorshift: the same bytes each time. */
  const random = (seed: number) => () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 0;
  };

  function survives(data: Uint8Array): void {
    let message: Message;
    try {
      message = decode(data).message;
    } catch (e) {
      if (!(e instanceof CodecError)) {
        throw e;
      }
      return;
    }
    // What can be read can be written, and read again the same.
    let again: Uint8Array;
    try {
      again = encode(message);
    } catch (e) {
      // Short forms of numbers become long ones, and so a full frame may become too full.
      expect(String(e)).toMatch(/too large|lifetime/);
      return;
    }
    expect(decode(again).message).toEqual(message);
  }

  test('mutated vectors are read or refused', () => {
    const next = random(20_251);
    const frames = vectors.map((vector) => bytes(vector.hex)).filter((frame) => frame.length < 400);
    for (let i = 0; i < 20_000; i++) {
      const frame = frames[next() % frames.length]!.slice();
      for (let n = 1 + (next() % 4); n > 0; n--) {
        frame[next() % frame.length] = next();
      }
      survives(next() % 4 === 0 ? frame.subarray(0, next() % (frame.length + 1)) : frame);
    }
  });

  test('random payloads are read or refused', () => {
    const next = random(7);
    const types = [1, 2, 3, 4, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23, 0x24, 0x30, 0x40, 0x50, 0x51, 0x60, 0x61];
    for (let i = 0; i < 20_000; i++) {
      const length = 1 + (next() % 60);
      const frame = new Uint8Array(4 + length);
      frame.set([0x53, 1, 0, length, types[next() % types.length]!]);
      for (let k = 5; k < frame.length; k++) {
        // Small numbers are what makes counts and lengths plausible.
        frame[k] = next() % 3 === 0 ? next() : next() % 12;
      }
      survives(frame);
    }
  });
});

describe('values', () => {
  test('keep integers and floats apart', () => {
    const sent: Message = { type: 'SET', address: '/a', value: [1n, 1, -0, NaN, 2n ** 63n - 1n, { k: 2n }] };
    expect(decode(encode(sent)).message).toEqual(sent);
    expect(equal(1n, 1)).toBe(false);
    expect(equal([NaN, { a: new Uint8Array([1]) }], [NaN, { a: new Uint8Array([1]) }])).toBe(true);
    expect(equal({ a: 1 }, { b: 1 })).toBe(false);
    expect(equal({}, [])).toBe(false);
  });

  test('are converted', () => {
    expect([int(2.9), int(-2.9), int(NaN), int(Infinity), int(-1e30)]).toEqual([2n, -2n, 0n, 2n ** 63n - 1n, -(2n ** 63n)]);
    expect([float(3n), numberOf(3n), numberOf(0.5), numberOf('3')]).toEqual([3, 3, 0.5, undefined]);
    expect([ofKind(2.6, 1n), ofKind(2.6, 1), ofKind(2.6, undefined)]).toEqual([3n, 2.6, 2.6]);
    expect(toValue({ a: [1, 1.5, undefined], b: new Uint8Array([1]).buffer, c: () => 1 }, true)).toEqual({
      a: [1n, 1.5, null],
      b: new Uint8Array([1]),
      c: null,
    });
    expect(toValue(1)).toBe(1);
    expect([isMap({}), isMap([]), isMap(null), isMap(new Uint8Array())]).toEqual([true, false, false, false]);
    expect(Object.keys(mapOf([['__proto__', 1]]))).toEqual(['__proto__']);
  });
});
