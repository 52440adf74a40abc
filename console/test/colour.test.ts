import { expect, test } from 'vitest';
import type { Value } from '../src/clasp';
import { channelsOf, hexColour, scaleOf, withChannel, withHex } from '../src/lib/colour';

test.each<[Value, string]>([
  ['#F80', '#ff8800'],
  ['#ff8800', '#ff8800'],
  [{ r: 1, g: 0.5, b: 0 }, '#ff8000'],
  [{ r: 255, g: 128, b: 0 }, '#ff8000'],
  [{ r: 1n, g: 128n, b: 0n }, '#018000'],
  [{ r: NaN, g: -5, b: 900 }, '#0000ff'],
])('%s is %s', (value, hex) => {
  expect(hexColour(value)).toBe(hex);
});

test('a picked colour keeps the form of the old one', () => {
  expect(withHex('#000', '#102030')).toBe('#102030');
  expect(withHex({ r: 1n, g: 2n, b: 3n, w: 7n }, '#ff0001')).toEqual({ r: 255n, g: 0n, b: 1n, w: 7n });
  expect(withHex({ r: 1, g: 0, b: 0, a: 0.5 }, '#00ff00')).toEqual({ r: 0, g: 1, b: 0, a: 0.5 });
  expect(scaleOf({ r: 1, g: 1, b: 2 })).toBe(255);
  // Dark, but known to go up to 255.
  expect(hexColour({ r: 1, g: 0, b: 0 }, 255)).toBe('#010000');
  expect(withHex({ r: 1, g: 0, b: 0 }, '#800000', 255)).toEqual({ r: 128, g: 0, b: 0 });
});

test('channels are listed and changed one by one', () => {
  const value = { w: 0.5, b: 0, g: 0, r: 1, name: 'x' };
  expect(channelsOf(value)).toEqual([
    { name: 'r', value: 1 },
    { name: 'g', value: 0 },
    { name: 'b', value: 0 },
    { name: 'w', value: 0.5 },
  ]);
  expect(withChannel(value, 'w', 1)).toEqual({ ...value, w: 1 });
  expect(channelsOf('#fff')).toEqual([]);
});
