import { expect, test } from 'vitest';
import text from './curves.json?raw';
import { curveOf, definitionOfCurve, dragged, handlesOf, pathOf, resampled, valueAt } from '../src/lib/curves';

/** TransformTypeTest of the router holds the same file to what the router calculates. */
const golden = JSON.parse(text) as {
  curve: unknown;
  points: number[];
}[];

const none = () => undefined;

test('curves are the router’s, point by point', () => {
  for (const { curve, points } of golden) {
    const read = curveOf(curve);
    expect(read).not.toBeNull();
    const named = (name: string) => (name === curve ? points : undefined);
    points.forEach((point, i) => {
      expect(valueAt(read!, i / (points.length - 1), named)).toBeCloseTo(point, 9);
    });
    expect(definitionOfCurve(read!)).toEqual(curve);
  }
});

test('what is no curve is none', () => {
  for (const wrong of [null, 7, {}, { table: [1] }, { table: [0, 'x'] }, { bezier: { x1: 0 } }]) {
    expect(curveOf(wrong)).toBeNull();
  }
});

test('handles are dragged within their limits', () => {
  const bezier = curveOf({ bezier: { x1: 0.2, y1: 0, x2: 0.8, y2: 1 } })!;
  expect(dragged(bezier, 0, { x: -3, y: 9 })).toEqual({ kind: 'bezier', bezier: { x1: 0, y1: 1.5, x2: 0.8, y2: 1 } });
  expect(dragged(bezier, 1, { x: 0.5, y: 0.25 })).toMatchObject({ bezier: { x2: 0.5, y2: 0.25 } });
  const table = curveOf({ table: [0, 0.5, 1] })!;
  expect(dragged(table, 1, { x: 0.9, y: 2 })).toEqual({ kind: 'table', table: [0, 1, 1] });
  expect(handlesOf(table)[1]).toEqual({ x: 0.5, y: 0.5 });
  const gamma = dragged(curveOf({ gamma: 1 })!, 0, { x: 0.5, y: 0.25 });
  expect(gamma).toEqual({ kind: 'gamma', gamma: 2 });
});

test('any curve becomes points', () => {
  expect(resampled(curveOf({ gamma: 2 })!, 3, none)).toEqual({ kind: 'table', table: [0, 0.25, 1] });
  expect(resampled(curveOf({ gamma: 2 })!, 1, none)).toEqual({ kind: 'table', table: [0, 1] });
  expect(resampled(curveOf('sine')!, 3, () => [0, 0.7, 1])).toEqual({ kind: 'table', table: [0, 0.7, 1] });
  expect(pathOf([0, 1], 10, 20)).toBe('M0.0 20.0L10.0 0.0');
});
