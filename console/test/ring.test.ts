import { expect, test } from 'vitest';
import { Ring } from '../src/lib/ring';

const contents = (ring: Ring) => Array.from({ length: ring.length }, (_, i) => ring.at(i));

test('keeps what was added, oldest first', () => {
  const ring = new Ring(3);
  expect(ring.length).toBe(0);
  ring.push(1);
  ring.push(2);
  expect(contents(ring)).toEqual([1, 2]);
});

test('forgets the oldest when it is full', () => {
  const ring = new Ring(3);
  for (let i = 1; i <= 7; i++) {
    ring.push(i);
  }
  expect(contents(ring)).toEqual([5, 6, 7]);
});

test('has nothing outside its length', () => {
  const ring = new Ring(3);
  ring.push(1);
  expect(ring.at(1)).toBeNaN();
  expect(ring.at(-1)).toBeNaN();
});
