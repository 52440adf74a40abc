import { describe, expect, test } from 'vitest';
import { compileFilter } from '../src/lib/pattern';
import { AddressTree, type Place } from '../src/lib/tree';

const open: ReadonlySet<string> = new Set();

function tree(...addresses: string[]): AddressTree {
  const made = new AddressTree();
  addresses.forEach((address) => made.add(address));
  return made;
}

const shown = (rows: Place[]) => rows.map((p) => `${'  '.repeat(p.level - 1)}${p.label}${p.isBranch ? ` (${p.count})` : ''}`);

describe('the tree', () => {
  test('has a row for each branch and parameter, numbers by size', () => {
    const rows = tree('/lights/10/on', '/lights/2/level', '/lights/2/on', '/title').rows({ filter: null, closed: open, flat: false });
    expect(shown(rows)).toEqual(['lights (3)', '  2 (2)', '    level', '    on', '  10 (1)', '    on', 'title']);
    expect(rows.map((p) => [p.position, p.siblings])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [2, 2],
      [2, 2],
      [1, 1],
      [2, 2],
    ]);
  });

  test('joins branches without a fork', () => {
    const rows = tree('/a/b/c/1', '/a/b/c/2').rows({ filter: null, closed: open, flat: false });
    expect(shown(rows)).toEqual(['a/b/c (2)', '  1', '  2']);
    expect(rows[0]?.path).toBe('/a/b/c');
  });

  test('comes apart where a fork or a parameter appears', () => {
    const t = tree('/a/b/c/1', '/a/b/c/2');
    t.add('/a/b');
    expect(shown(t.rows({ filter: null, closed: open, flat: false }))).toEqual(['a/b (3)', '  c (2)', '    1', '    2']);
    t.add('/a/x');
    expect(shown(t.rows({ filter: null, closed: open, flat: false }))).toEqual(['a (4)', '  b (3)', '    c (2)', '      1', '      2', '  x']);
  });

  test('hides what is below a closed branch, and counts it', () => {
    const t = tree('/a/1', '/a/2', '/b');
    const rows = t.rows({ filter: null, closed: new Set(['/a']), flat: false });
    expect(shown(rows)).toEqual(['a (2)', 'b']);
    expect(rows[0]?.open).toBe(false);
  });

  test('shows what passes the filter and the way to it', () => {
    const t = tree('/a/x/1', '/a/y/2', '/b/x/3');
    expect(shown(t.rows({ filter: compileFilter('/**/x/*'), closed: open, flat: false }))).toEqual(['a (1)', '  x (1)', '    1', 'b/x (1)', '  3']);
    expect(shown(t.rows({ filter: compileFilter('nothing'), closed: open, flat: false }))).toEqual([]);
  });

  test('is flat when that is wanted, in the same order', () => {
    const rows = tree('/b', '/a/10', '/a/2').rows({ filter: null, closed: new Set(['/a']), flat: true });
    expect(rows.map((p) => p.label)).toEqual(['/a/2', '/a/10', '/b']);
    expect(rows.map((p) => [p.address, p.level, p.position, p.siblings])).toEqual([
      ['/a/2', 1, 1, 3],
      ['/a/10', 1, 2, 3],
      ['/b', 1, 3, 3],
    ]);
  });

  test('keeps odd addresses apart', () => {
    const t = tree('a', '/a', '', '/', '/a/', '//a');
    expect(t.size).toBe(6);
    const addresses = t.rows({ filter: null, closed: open, flat: true }).map((p) => p.address);
    expect(new Set(addresses)).toEqual(new Set(['a', '/a', '', '/', '/a/', '//a']));
  });

  test('knows an address once, and its branches', () => {
    const t = tree('/a/b', '/a/b', '/a/c/d');
    expect(t.size).toBe(2);
    expect(t.branches()).toEqual(['/a', '/a/c']);
    t.clear();
    expect(t.rows({ filter: null, closed: open, flat: false })).toEqual([]);
  });
});

test('100,000 addresses are no trouble', () => {
  const t = new AddressTree();
  const before = performance.now();
  for (let i = 0; i < 100_000; i++) {
    t.add(`/fixture/${i % 500}/channel/${i}`);
  }
  expect(t.rows({ filter: null, closed: open, flat: false })).toHaveLength(100_501);
  expect(t.rows({ filter: compileFilter('99999'), closed: open, flat: false })).toHaveLength(3);
  // Takes about 0.2 s; the bound is for a machine that is very busy.
  expect(performance.now() - before).toBeLessThan(20_000);
});
