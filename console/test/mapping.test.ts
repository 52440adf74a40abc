import { expect, test } from 'vitest';
import { landing, mappingOf, moved, pathOfText, pathText, rulesOf, samplePattern, statePattern } from '../src/lib/mapping';
import { placeOf } from '../src/lib/mistakes';

test('rules become rows and come back with everything that rows do not show', () => {
  const mapping = { match: 'first', rules: [{ from: '/a', to: ['/b', '/c'], rate: 40 }] };
  const read = rulesOf(mapping);
  expect(read?.rules).toEqual([{ from: '/a', to: ['/b', '/c'], rate: 40 }]);
  expect(mappingOf(read?.rules ?? [], read?.rest ?? {})).toEqual(mapping);
  expect(rulesOf([{ from: '/a', to: '/b' }])?.rules).toHaveLength(1);
  expect(rulesOf(undefined)).toEqual({ rules: [], rest: {} });
  expect(mappingOf([], {})).toBeUndefined();
});

test('a mapping that rows cannot show is left to the text', () => {
  expect(rulesOf({ rules: 'all' })).toBeNull();
  expect(rulesOf({ rules: [{ from: '/a', to: 7 }] })).toBeNull();
  expect(rulesOf({ mappings: [] })).toBeNull();
  expect(rulesOf('all')).toBeNull();
});

test('several addresses stand in lines', () => {
  expect(pathOfText(pathText(['/a', '/b']))).toEqual(['/a', '/b']);
  expect(pathOfText(' /a \n\n')).toBe('/a');
  expect(pathOfText('')).toBe('');
});

test('rows move, and land where the pointer is', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, -5)).toEqual(['c', 'a', 'b']);
  expect(moved(['a'], 4, 0)).toEqual(['a']);
  const middles = [10, 30, 50];
  expect(landing(middles, 0, 0)).toBe(0);
  expect(landing(middles, 0, 35)).toBe(1);
  expect(landing(middles, 0, 99)).toBe(2);
  expect(landing(middles, 2, 5)).toBe(0);
});

test('patterns find an example', () => {
  expect(samplePattern('/1/fader{n}').test('/1/fader12')).toBe(true);
  expect(samplePattern('/1/fader{n}').test('/1/fader1/x')).toBe(false);
  expect(samplePattern('/a/{ch+1}/**').test('/a/7/b/c')).toBe(true);
  expect(samplePattern('/a/{ch+1}').test('/a/b')).toBe(false);
  expect(samplePattern(['/a.b', '/c']).test('/a.b')).toBe(true);
  expect(samplePattern('/a.b').test('/aXb')).toBe(false);
  expect(samplePattern('level', '/osc').test('/osc/level')).toBe(true);
  expect(statePattern('/l/{n}/level')).toBe('/l/*/level');
  expect(statePattern('x{a**}', '/osc')).toBe('/osc/**');
});

test('a sentence of the router finds its place', () => {
  expect(placeOf('settings: bind must be a port from 0 to 65535, not 70000', ['bind', 'targets'])).toEqual({
    part: 'setting',
    name: 'bind',
    text: 'bind must be a port from 0 to 65535, not 70000',
  });
  expect(placeOf('mapping: rules[2].transform[1].expr: a value is missing at character 8\n', [])).toEqual({
    part: 'rule',
    index: 2,
    path: 'transform[1].expr',
    text: 'a value is missing at character 8',
    character: 8,
  });
  expect(placeOf('name must be letters', [])).toEqual({ part: 'name', text: 'name must be letters' });
  expect(placeOf('there is a bridge desk already', ['bridge'])).toEqual({
    part: 'whole',
    text: 'there is a bridge desk already',
  });
});
