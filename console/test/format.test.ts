import { expect, test } from 'vitest';
import { formatAge, formatClock, formatCount, formatDuration, formatRate, shortId } from '../src/lib/format';

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [185, '3 min 5 s'],
  [7200, '2 h'],
  [7800, '2 h 10 min'],
  [86_400 * 4 + 3600, '4 d 1 h'],
  [-1, '0 s'],
])('%d seconds last %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [-50, 'now'],
  [999, 'now'],
  [1000, '1 s'],
  [61_000, '1 min'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d'],
])('%d milliseconds ago is %s', (age, text) => {
  expect(formatAge(age)).toBe(text);
});

test('rates have a decimal only while they are small', () => {
  expect(formatRate(null)).toBe('–');
  expect(formatRate(0)).toBe('0');
  expect(formatRate(0.44)).toBe('0.4');
  expect(formatRate(9.97)).toBe('10');
  expect(formatRate(12_345.6)).toBe('12,346');
});

test('counts are grouped', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
});

test('a clock has milliseconds', () => {
  expect(formatClock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
});

test('an id is known by its first part', () => {
  expect(shortId('3f2b8c1e-aaaa-bbbb-cccc-ddddeeeeffff')).toBe('3f2b8c1e');
});
