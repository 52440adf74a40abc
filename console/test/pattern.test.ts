import { describe, expect, test } from 'vitest';
import { compileFilter, compilePattern } from '../src/lib/pattern';

describe('a pattern matches as in the router', () => {
  test.each([
    ['/a/b', '/a/b', true],
    ['/a/b', '/a/B', false],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/', true],
    ['/a/*', '/a', false],
    ['/a/*', '/a/b/c', false],
    ['/a/**', '/a', true],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/ab', false],
    ['/**', '/anything/at/all', true],
    ['/**/x', '/x', true],
    ['/**/x', '/a/b/x', true],
    ['/**/x', '/a/b/xy', false],
    ['/a/**/z', '/a/z', true],
    ['/a/**/z', '/a/b/z/c/z', true],
    ['/a/**/z', '/a/b/z/c', false],
    ['/**/**/a', '/a', true],
    ['/light*/x', '/lights/x', true],
    ['/l*g*t/x', '/light/x', true],
    ['/l*g*t/x', '/lift/x', false],
    ['/ch**nel/x', '/channel/x', true],
    ['/a.c/x', '/abc/x', false],
    ['/(/x', '/(/x', true],
  ])('%s on %s: %s', (pattern, address, matches) => {
    expect(compilePattern(pattern)(address)).toBe(matches);
  });

  test('agrees with a naive matcher on random patterns', () => {
    const random = seeded(7);
    const pick = (items: string[]) => items[Math.floor(random() * items.length)]!;
    for (let i = 0; i < 20_000; i++) {
      const pattern = path(() => pick(['a', 'b', 'ab', '*', '**', 'a*', '*b', '']), random);
      const address = path(() => pick(['a', 'b', 'ab', 'aab', '']), random);
      expect([pattern, address, compilePattern(pattern)(address)]).toEqual([
        pattern,
        address,
        naive(pattern.slice(1).split('/'), address.slice(1).split('/')),
      ]);
    }
  });

  test('takes a time that grows with the lengths, not with their power', () => {
    const pattern = compilePattern(`${'/**/a'.repeat(30)}/z`);
    const address = '/a'.repeat(400);
    const before = performance.now();
    expect(pattern(address)).toBe(false);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('the filter box', () => {
  test('lets everything pass when it is empty', () => {
    expect(compileFilter('  ')('/a')).toBe(true);
  });

  test('finds words in any case, all of them', () => {
    const filter = compileFilter('light BRIGHT');
    expect(filter('/Lights/1/brightness')).toBe(true);
    expect(filter('/lights/1/colour')).toBe(false);
  });

  test('takes a star for a pattern', () => {
    const filter = compileFilter('/lights/*/colour');
    expect(filter('/lights/1/colour')).toBe(true);
    expect(filter('/lights/1/2/colour')).toBe(false);
  });

  test('lets a pattern without a leading slash begin anywhere', () => {
    const filter = compileFilter('bright*');
    expect(filter('/lights/1/brightness')).toBe(true);
    expect(filter('/lights/1/not-bright')).toBe(false);
  });
});

function path(segment: () => string, random: () => number): string {
  return Array.from({ length: 1 + Math.floor(random() * 5) }, () => `/${segment()}`).join('');
}

/** By the book, recursive. */
function naive(pattern: string[], address: string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) {
    return address.length === 0;
  }
  if (first === '**') {
    return naive(rest, address) || (address.length > 0 && naive(pattern, address.slice(1)));
  }
  const [head, ...tail] = address;
  return head !== undefined && new RegExp(`^${first.replaceAll('*', '.*')}$`).test(head) && naive(rest, tail);
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
