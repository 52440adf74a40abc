import { expect, test } from 'vitest';
import { Parameters } from '../src/lib/parameters';
import { Frames, levelOf, levelsOf, SLOTS, universesOf } from '../src/lib/universes';

function levels(path: string, parameters: Parameters, frames = new Frames()): Int16Array {
  const into = new Int16Array(SLOTS);
  levelsOf(path, parameters, frames, into);
  return into;
}

test('universes are found among all addresses, with how many of their slots are there', () => {
  const found = universesOf(
    ['/artnet/1/1', '/artnet/1/512', '/artnet/1/513', '/artnet/$nodes/10.0.0.1/1/name', '/lights/1/2', '/sacn/7/3'],
    ['/dmx/0'],
  );
  expect(found).toEqual([
    { path: '/artnet/1', slots: 2 },
    { path: '/sacn/7', slots: 1 },
    { path: '/dmx/0', slots: 0 },
  ]);
});

test('slots are read from their parameters, and what nobody said is unknown', () => {
  const parameters = new Parameters();
  parameters.write({ address: '/artnet/1/1', value: 255, snapshot: false }, 1000);
  parameters.write({ address: '/artnet/1/2', value: 0.5, snapshot: false }, 1000);
  parameters.write({ address: '/artnet/1/3', value: 'full', snapshot: false }, 1000);
  const all = levels('/artnet/1', parameters);
  expect([...all.subarray(0, 4)]).toEqual([255, 128, -1, -1]);
});

test('bytes are a whole universe, and what is newer wins', () => {
  const parameters = new Parameters();
  const frames = new Frames();
  parameters.write({ address: '/sacn/1/1', value: 10, snapshot: false }, 1000);
  parameters.write({ address: '/sacn/1/2', value: 20, snapshot: false }, 3000);
  frames.offer('/sacn/1', new Uint8Array([1, 2, 3]), 2000);
  frames.offer('/sacn/1/9', new Uint8Array(513), 2000);
  frames.offer('/images/1', new Uint8Array([1]), 2000);
  expect([...levels('/sacn/1', parameters, frames).subarray(0, 4)]).toEqual([1, 20, 3, -1]);
  expect([...frames.paths()]).toEqual(['/sacn/1']);
});

test('values are levels by the rules of the bridges', () => {
  expect(levelOf(300)).toBe(255);
  expect(levelOf(-1)).toBe(0);
  expect(levelOf(1n)).toBe(1);
  expect(levelOf(1)).toBe(255);
  expect(levelOf(0.5)).toBe(128);
  expect(levelOf(0.999)).toBe(255);
  expect(levelOf(200.7)).toBe(200);
  expect(levelOf(-0.5)).toBe(0);
  // In the profile `compatible`, floats are levels.
  expect(levelOf(1, 'raw')).toBe(1);
  expect(levelOf(0.75, 'raw')).toBe(0);
  expect(levelOf(300n, 'raw')).toBe(255);
  expect(levelOf(true)).toBe(255);
  expect(levelOf(null)).toBeNull();
  expect(levelOf(Number.NaN)).toBeNull();
});
