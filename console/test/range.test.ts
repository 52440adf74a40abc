import { expect, test } from 'vitest';
import type { Value } from '../src/clasp';
import { Parameter } from '../src/lib/parameters';
import { rangeOf } from '../src/lib/range';

test.each<[Value[], number, number, number]>([
  [[0.5], 0, 1, 0],
  [[-0.5, 0.5], -1, 1, 0],
  [[3, 90], 0, 100, 0],
  [[-270, 180], -500, 200, 0],
  [[5n], 0, 127, 1],
  [[5n, 200n], 0, 255, 1],
  [[-3n], -5, 127, 1],
  [[70_000n], 0, 100_000, 1],
  [[NaN], 0, 1, 0],
])('values %s have a fader from %d to %d', (values, min, max, step) => {
  const parameter = new Parameter('/a');
  values.forEach((value) => parameter.apply({ value, snapshot: false }, 0));
  expect(rangeOf(parameter)).toEqual({ min, max, step });
});
