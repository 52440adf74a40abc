import { describe, expect, test } from 'vitest';
import type { Value } from '../src/clasp';
import { bytesOf, hexOf, literalOf, LiteralError, parseLiteral } from '../src/lib/literal';

test.each<[string, Value]>([
  ['null', null],
  ['true', true],
  ['1', 1n],
  ['1.0', 1],
  ['-0.0', -0],
  ['-12', -12n],
  ['0.25', 0.25],
  ['1e+21', 1e21],
  ['NaN', NaN],
  ['-Infinity', -Infinity],
  ['9223372036854775807', 2n ** 63n - 1n],
  ['"a\\"\\n☃"', 'a"\n☃'],
  ['[1, 2.0, "x"]', [1n, 2, 'x']],
  ['{}', {}],
  ['{"$bytes": "01ff"}', new Uint8Array([1, 255])],
  ['{\n  "a": 1,\n  "b": {\n    "c": []\n  }\n}', { a: 1n, b: { c: [] } }],
  ['[\n  {\n    "x": 0.5\n  },\n  null\n]', [{ x: 0.5 }, null]],
])('%s is written and read', (text, value) => {
  expect(literalOf(value)).toBe(text);
  expect(parseLiteral(text)).toEqual(value);
  expect(Object.is(parseLiteral(text), -0)).toBe(Object.is(value, -0));
});

describe('text that somebody typed', () => {
  test('may be any JSON', () => {
    expect(parseLiteral(' [1,2 , {"a":\t1E2}]\n')).toEqual([1n, 2n, { a: 100 }]);
    expect(parseLiteral('9223372036854775808')).toBe(2 ** 63);
    expect(Object.keys(parseLiteral('{"__proto__": 1}') as object)).toEqual(['__proto__']);
  });

  test.each([
    ['', 0],
    ['{"a" 1}', 5],
    ['[1, 2', 5],
    ['[1,]', 3],
    ['"open', 0],
    ['nul', 0],
    ['1 2', 2],
    ['01x', 0],
    ['{"$bytes": "0"}', 15],
    ['['.repeat(100), 61],
  ])('%j is refused, with the place', (text, at) => {
    let error: unknown;
    try {
      parseLiteral(text);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(LiteralError);
    expect((error as LiteralError).at).toBe(at);
  });
});

test('bytes are hexadecimal', () => {
  expect(bytesOf('01 FF')).toEqual(new Uint8Array([1, 255]));
  expect([bytesOf('1'), bytesOf('zz')]).toEqual([null, null]);
  expect(hexOf(new Uint8Array([0, 171]))).toBe('00ab');
});
