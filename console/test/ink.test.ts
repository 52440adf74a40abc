import { expect, test } from 'vitest';
import { inkOn } from '../src/lib/ink';

test('what stands on heat can be read, dark and light', () => {
  const dark = { '--raised': 'rgb(28, 35, 44)', '--accent': 'rgb(108, 182, 255)', '--text': 'rgb(227, 232, 239)', '--panel': 'rgb(21, 26, 33)' };
  expect(inkOn(dark, 0.1)).toBe(dark['--text']);
  expect(inkOn(dark, 1)).toBe(dark['--panel']);
  const light = { '--raised': 'rgb(238, 241, 245)', '--accent': 'rgb(11, 98, 184)', '--text': 'rgb(26, 33, 43)', '--panel': 'rgb(255, 255, 255)' };
  expect(inkOn(light, 0.4)).toBe(light['--text']);
  expect(inkOn(light, 1)).toBe(light['--panel']);
});
