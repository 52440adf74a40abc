import { describe, expect, it } from 'vitest';
import type { Value } from '../src/clasp';
import { boxOf, jsonText, typedValue } from '../src/lib/typed';

describe('what somebody types', () => {
  it('is JSON, or else a text', () => {
    expect(typedValue('1', 'auto')).toBe(1n);
    expect(typedValue('1.0', 'auto')).toBe(1);
    expect(typedValue(' true ', 'auto')).toBe(true);
    expect(typedValue('null', 'auto')).toBeNull();
    expect(typedValue('"1"', 'auto')).toBe('1');
    expect(typedValue('hello you', 'auto')).toBe('hello you');
    expect(typedValue('', 'auto')).toBe('');
    expect(typedValue('{"a": [1, 1.5, "2"], "3": {"b": 4}, "e": 1e3, "z": 0}', 'auto')).toEqual({
      a: [1n, 1.5, '2'],
      '3': { b: 4n },
      e: 1000,
      z: 0n,
    });
  });

  it('keeps big integers, and numbers in strings as they are', () => {
    expect(typedValue('9007199254740993', 'auto')).toBe(9007199254740993n);
    expect(typedValue('["12", "a\\"13", 14]', 'json')).toEqual(['12', 'a"13', 14n]);
  });

  it('is refused if it is not of its kind', () => {
    expect(typedValue('abc', 'int')).toBeUndefined();
    expect(typedValue('1.5', 'int')).toBeUndefined();
    expect(typedValue('9223372036854775808', 'int')).toBeUndefined();
    expect(typedValue('9223372036854775807', 'int')).toBe(9223372036854775807n);
    expect(typedValue('', 'float')).toBeUndefined();
    expect(typedValue('1e3', 'float')).toBe(1000);
    expect(typedValue('maybe', 'bool')).toBeUndefined();
    expect(typedValue('on', 'bool')).toBe(true);
    expect(typedValue('{', 'json')).toBeUndefined();
    expect(typedValue('xyz', 'bytes')).toBeUndefined();
    expect(typedValue('01 ff, 0x10', 'bytes')).toEqual(new Uint8Array([1, 255, 16]));
    expect(typedValue(' spaces stay ', 'text')).toBe(' spaces stay ');
  });

  it('reads back what a box shows', () => {
    const values: Value[] = [0.5, -0, 1, 7n, -(2n ** 63n), true, '', '1', 'null', null, new Uint8Array([0, 255]), [1n, 1, 'x', null], { a: { b: [0.1, 2] }, '1': 1n }];
    for (const value of values) {
      const { kind, text } = boxOf(value);
      expect(typedValue(text, kind)).toEqual(value);
    }
  });

  it('writes floats with a point', () => {
    expect(jsonText([1, 1n, 0.5, 1e30, -0])).toBe('[1.0, 1, 0.5, 1e+30, -0.0]');
  });
});
