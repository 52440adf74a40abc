import { describe, expect, test } from 'vitest';
import css from '../src/app.css?raw';
import { GROUNDS } from '../src/lib/theme';

type Scheme = 'light' | 'dark';

function colours(scheme: Scheme): Map<string, string> {
  const all = new Map<string, string>();
  for (const [, name, light, dark] of css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)) {
    all.set(name!, scheme === 'light' ? light! : dark!);
  }
  return all;
}

/** Relative luminance (WCAG 2.2, definitions). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** What may stand on what. */
const TEXTS: Record<string, string[]> = {
  text: ['ground', 'panel', 'raised', 'accent-dim', 'warn-ground'],
  muted: ['ground', 'panel', 'raised'],
  accent: ['ground', 'panel', 'raised'],
  good: ['ground', 'panel', 'raised'],
  warn: ['ground', 'panel', 'raised', 'warn-ground'],
  bad: ['ground', 'panel', 'raised'],
  'on-accent': ['accent'],
};

/** Edges of controls, and what else is not text but has to be seen. */
const EDGES: Record<string, string[]> = {
  edge: ['ground', 'panel', 'raised'],
  accent: ['ground', 'panel', 'raised'],
};

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  const all = colours(scheme);
  const pairs = (of: Record<string, string[]>) =>
    Object.entries(of).flatMap(([front, backs]) => backs.map((back) => [front, back] as const));

  test('every colour of the style is known', () => {
    expect(all.size).toBeGreaterThan(10);
    expect(css.match(/light-dark\(/g)!.length).toBe(all.size);
  });

  test.each(pairs(TEXTS))('%s is read on %s (WCAG 1.4.3)', (front, back) => {
    expect(contrast(all.get(front)!, all.get(back)!)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs(EDGES))('%s is seen on %s (WCAG 1.4.11)', (front, back) => {
    expect(contrast(all.get(front)!, all.get(back)!)).toBeGreaterThanOrEqual(3);
  });

  test('the system draws its frame in the colour of the ground', () => {
    expect(all.get('ground')).toBe(GROUNDS[scheme]);
  });
});

test('black on white has the contrast that the standard says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});
