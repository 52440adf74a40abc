import { describe, expect, test } from 'vitest';
import type { Value } from '../src/clasp';
import { colourOf, describeValue, formatNumber, formatValue, shorten, typeOf } from '../src/lib/values';

test.each([
  [0, '0'],
  [-0, '0'],
  [42, '42'],
  [0.8, '0.8'],
  [Math.fround(0.8), '0.8'],
  [Math.fround(0.1), '0.1'],
  [0.123456789, '0.1235'],
  [0.99999, '1'],
  [-0.25, '-0.25'],
  [12.5, '12.5'],
  [12345.678, '12345.7'],
  [100.04, '100.04'],
  [1_700_000_000_000_000, '1.700e+15'],
  [1_700_000_000_000, '1700000000000'],
  [0.00001, '1.000e-5'],
  [NaN, 'NaN'],
  [Infinity, '∞'],
  [-Infinity, '−∞'],
])('number %d reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each<[Value, string]>([
  [1, 'number'],
  [1n, 'integer'],
  [true, 'boolean'],
  ['x', 'text'],
  [null, 'null'],
  [new Uint8Array(2), 'bytes'],
  [[1, 2], 'list'],
  [{ x: 1 }, 'map'],
  [{ r: 1, g: 0, b: 0 }, 'colour'],
  [{ r: '1', g: 0, b: 0 }, 'map'],
])('%s is a %s', (value, type) => {
  expect(typeOf(value)).toBe(type);
});

describe('a value', () => {
  test('is shown on one line', () => {
    expect(formatValue(true)).toBe('true');
    expect(formatValue('cue 5')).toBe('cue 5');
    expect(formatValue(null)).toBe('null');
    expect(formatValue([1, 'a', [true, null]])).toBe('[1, "a", [true, null]]');
    expect(formatValue({ x: 0.5, on: true })).toBe('{x: 0.5, on: true}');
    expect(formatValue(new Uint8Array([1, 255]))).toBe('2 bytes 01 ff');
    expect(formatValue({ r: 1, g: 0.5, b: 0 })).toBe('r 1  g 0.5  b 0');
  });

  test('is cut when it is long, and the tooltip has more', () => {
    const long = Array.from({ length: 500 }, (_, i) => i);
    expect(formatValue(long)).toHaveLength(80);
    expect(formatValue(long)).toMatch(/…$/);
    expect(describeValue(long).length).toBeGreaterThan(1000);
    expect(formatValue('x'.repeat(100))).toHaveLength(80);
  });

  test('may be large or deep without taking long', () => {
    let deep: Value = 1;
    for (let i = 0; i < 5000; i++) {
      deep = [deep];
    }
    expect(formatValue(deep)).toMatch(/^\[{79}…$/);
    expect(formatValue({ data: new Uint8Array(60_000) }).length).toBeLessThanOrEqual(80);
  });

  test('is never cut through a surrogate pair', () => {
    expect(shorten('ab😀cd', 4)).toBe('ab…');
    expect(shorten('ab😀cd', 5)).toBe('ab😀…');
  });
});

describe('a colour', () => {
  test('has channels of 0 to 1 or 0 to 255', () => {
    expect(colourOf({ r: 1, g: 0.5, b: 0 })?.css).toBe('rgb(255 128 0)');
    expect(colourOf({ r: 255, g: 128, b: 0 })?.css).toBe('rgb(255 128 0)');
  });

  test('may have more emitters, and is clipped to what a screen can show', () => {
    expect(colourOf({ r: 300, g: -1, b: 0, w: 12 })).toEqual({ css: 'rgb(255 0 0)', text: 'r 300  g -1  b 0  w 12' });
  });

  test('is not any map that has an r', () => {
    expect(colourOf({ r: 1 })).toBeNull();
    expect(colourOf({ r: 1, g: 1, b: 1, position: 3 })).toBeNull();
    expect(colourOf([1, 2, 3])).toBeNull();
    expect(colourOf(null)).toBeNull();
  });
});
