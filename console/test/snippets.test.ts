// @ts-expect-error The page and its tests are checked without the types of Node.js.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { mapOf, toValue, type Value } from '../src/clasp';
import { apiJson, javaText, javaValue, jsText, jsValue, pathOf, pythonText, pythonValue, shellText } from '../src/lib/literals';
import { addressFits, LANGUAGES, OPERATIONS, snippetOf, type Wanted } from '../src/lib/snippets';

let seed = 20_260_101;
const random = (n: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return (seed >>> 8) % n;
};

/** What breaks source code: quotes, backslashes, what languages replace, what cannot be seen, halves of pairs. */
const NASTY = [
  '\\', '"', "'", '`', '$', '${', '$(', '{', '}', '\\u0022', '\\u005c', '\\x22', '\\n', '\n', '\r', '\t', '\0', '0', '7', '\u0001',
  '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029', '\u202e', '\ufeff', 'é', '☃', '🎭', '%', '%22', '#', '?', '&', '/', '//', '..', '.', ' ',
  '*/', '//', '-->', '</script>', 'a', 'u', 'x', '\ud800', '\udc00', '!', '~', '(', ')', '"""', "'''", '+', '=', '@', '$bytes', '__proto__',
];

function text(most: number): string {
  return Array.from({ length: random(most) }, () => NASTY[random(NASTY.length)]).join('');
}

/** As UTF-8 carries it. */
const wellFormed = (one: string) => new TextDecoder().decode(new TextEncoder().encode(one));

function value(depth = 0): Value {
  switch (random(depth > 2 ? 7 : 9)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
      return [0, -0, 1, 0.1, -1.5, 1e21, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity, 123456789.125][random(12)]!;
    case 3:
      return [0n, -1n, 42n, 9007199254740991n, 2n ** 63n - 1n, -(2n ** 63n)][random(6)]!;
    case 4:
    case 5:
      return text(12);
    case 6:
      return Uint8Array.from({ length: random(6) }, () => random(256));
    case 7:
      return Array.from({ length: random(4) }, () => value(depth + 1));
    default:
      return mapOf(Array.from({ length: random(4) }, () => [text(4), value(depth + 1)] as const));
  }
}

/** Reads what is between two quotes as the language would; fails if there is anything but one literal. */
function read(literal: string, quote: string, escapes: [RegExp, (match: RegExpExecArray) => string][]): string {
  expect(literal[0]).toBe(quote);
  let out = '';
  let at = 1;
  while (literal[at] !== quote) {
    if (at >= literal.length) {
      throw new Error(`no end: ${literal}`);
    }
    if (literal.charCodeAt(at) < 0x20) {
      throw new Error('a literal does not go over the end of a line');
    }
    if (literal[at] !== '\\') {
      out += literal[at++];
      continue;
    }
    const rest = literal.slice(at);
    const found = escapes.map(([pattern, of]) => [pattern.exec(rest), of] as const).find(([match]) => match?.index === 0);
    if (!found) {
      throw new Error(`no escape: ${rest.slice(0, 10)}`);
    }
    out += found[1](found[0]!);
    at += found[0]![0].length;
  }
  expect(at).toBe(literal.length - 1);
  return out;
}

const byCode = (base: number) => (match: RegExpExecArray) => String.fromCodePoint(parseInt(match[1]!, base));

const readPython = (literal: string) =>
  read(literal, '"', [
    [/^\\([\\"])/, (match) => match[1]!],
    [/^\\x([0-9a-f]{2})/, byCode(16)],
    [/^\\u([0-9a-f]{4})/, byCode(16)],
    [/^\\U([0-9a-f]{8})/, byCode(16)],
  ]);

/** First what javac does to a whole file (JLS 3.3), then the literal. */
function readJava(literal: string): string {
  const file = literal.replace(/(\\+)u+([0-9a-fA-F]{4})/g, (whole, backslashes: string, code: string) =>
    backslashes.length % 2 === 1 ? backslashes.slice(1) + String.fromCharCode(parseInt(code, 16)) : whole,
  );
  return read(file, '"', [
    [/^\\([\\"])/, (match) => match[1]!],
    [/^\\n/, () => '\n'],
    [/^\\r/, () => '\r'],
    [/^\\t/, () => '\t'],
    [/^\\([0-7]{3})/, byCode(8)],
  ]);
}

describe('a text as source code', () => {
  it('is the same text in JavaScript', () => {
    for (let i = 0; i < 500; i++) {
      const wanted = text(12);
      expect(new Function(`return ${jsText(wanted)};`)()).toBe(wanted);
    }
  });

  it('is the same text in Python and Java', () => {
    for (let i = 0; i < 500; i++) {
      const wanted = text(12);
      expect(readPython(pythonText(wanted))).toBe(wanted);
      expect(readJava(javaText(wanted))).toBe(wanted);
    }
  });

  it('is the same text in a shell', () => {
    const wanted = Array.from({ length: 100 }, () => wellFormed(text(12)).replaceAll('\0', ''));
    const script = wanted.map((one) => `printf '%s\\0' ${shellText(one)}`).join('\n');
    const out = execFileSync('/bin/sh', ['-s'], { input: script, encoding: 'utf8' }) as string;
    expect(out.split('\0').slice(0, -1)).toEqual(wanted);
  });

  it('shows letters as people write them, and hides nothing', () => {
    expect(jsText('Bühne ☃ 🎭')).toBe("'Bühne ☃ 🎭'");
    expect(pythonText('Bühne ☃ 🎭')).toBe('"Bühne ☃ 🎭"');
    expect(jsText('a\u202eb')).toBe("'a\\u202eb'");
    expect(pythonText('\u{e0001}')).toBe('"\\U000e0001"');
    expect(javaText('é"\\u0022\u00007')).toBe('"\\u00e9\\"\\\\u0022\\0007"');
  });
});

describe('a value as source code', () => {
  it('is the same value in JavaScript, integers as numbers', () => {
    const numbers = (v: unknown): Value =>
      typeof v === 'bigint'
        ? Number(v)
        : Array.isArray(v)
          ? v.map(numbers)
          : typeof v === 'object' && v !== null && !(v instanceof Uint8Array)
            ? mapOf(Object.entries(v).map(([key, entry]) => [key, numbers(entry)]))
            : (v as Value);
    for (let i = 0; i < 500; i++) {
      const wanted = value();
      const made = new Function(`return (${jsValue(wanted)});`)() as Value;
      expect(numbers(made)).toEqual(numbers(wanted));
      if (typeof wanted === 'object' && wanted !== null) {
        expect(Object.getPrototypeOf(made) === Object.getPrototypeOf(wanted)).toBe(true);
      }
    }
  });

  it('is the same value in JSON, or there is none', () => {
    for (let i = 0; i < 500; i++) {
      const wanted = value();
      const json = apiJson(wanted);
      if (json === undefined) {
        expect(JSON.stringify(marked(wanted))).toMatch(/"(NaN|-?Infinity)"|"\$bytes"/);
      } else {
        const plain = (v: Value): unknown =>
          typeof v === 'bigint'
            ? Number(v)
            : v instanceof Uint8Array
              ? { $bytes: btoa(String.fromCharCode(...v)) }
              : Array.isArray(v)
                ? v.map(plain)
                : typeof v === 'object' && v !== null
                  ? mapOf(Object.entries(v).map(([key, entry]) => [key, plain(entry) as Value]))
                  : v;
        expect(JSON.parse(json)).toEqual(plain(wanted));
      }
    }
  });

  function marked(v: Value): unknown {
    return typeof v === 'number'
      ? String(v)
      : typeof v === 'bigint'
        ? ''
        : Array.isArray(v)
          ? v.map(marked)
          : typeof v === 'object' && v !== null && !(v instanceof Uint8Array)
            ? mapOf(Object.entries(v).map(([key, entry]) => [key, marked(entry) as Value]))
            : v;
  }

  it('keeps integers and floats apart', () => {
    expect([pythonValue(1n), pythonValue(1), javaValue(1n), javaValue(1), apiJson(1n), apiJson(1)]).toEqual(['1', '1.0', '1L', '1.0', '1', '1.0']);
    expect(pythonValue([NaN, Infinity, -Infinity, -0])).toBe('[float("nan"), float("inf"), float("-inf"), -0.0]');
    expect(javaValue([NaN, -Infinity, null, true])).toBe('List.of(Double.NaN, Double.NEGATIVE_INFINITY, Value.NULL, true)');
    expect(pythonValue(new Uint8Array([0, 34, 65, 92, 255]))).toBe('b"\\x00\\x22A\\x5c\\xff"');
    expect(javaValue(new Uint8Array([0, 127, 128, 255]))).toBe('new byte[] {0, 127, -128, -1}');
    expect(javaValue({ a: 1n })).toBe('Map.ofEntries(Map.entry("a", 1L))');
    expect(pythonValue({})).toBe('{}');
    expect(jsValue({})).toBe('{}');
  });
});

describe('an address in a URL', () => {
  it('comes back as it was', () => {
    for (let i = 0; i < 500; i++) {
      const wanted = `/${wellFormed(text(8)).replaceAll('..', 'x').replaceAll('.', 'y')}`;
      const url = new URL(`http://host/v1/state${pathOf(wanted)}`);
      expect(decodeURIComponent(url.pathname.slice('/v1/state'.length))).toBe(wanted);
      expect(url.search + url.hash).toBe('');
    }
  });
});

describe('snippets', () => {
  const wanted: Wanted = { url: 'ws://localhost:7330/', page: 'http://localhost:7330/', address: '/lights/1/level', value: 0.5, token: false };

  it('exist for every operation in Java, and elsewhere they say why not', () => {
    for (const language of LANGUAGES) {
      for (const operation of OPERATIONS) {
        const snippet = snippetOf(language, operation, wanted);
        if ('code' in snippet) {
          expect(snippet.code.endsWith('\n')).toBe(true);
          expect(snippet.code).toContain('localhost:7330');
          expect(snippet.code.includes('/lights/1/level')).toBe(operation !== 'connect');
        } else {
          expect(language).not.toBe('java');
          expect(snippet.missing).toMatch(/\.$/);
        }
      }
    }
  });

  it('never have a token in them, only where it is', () => {
    for (const language of LANGUAGES) {
      const without = snippetOf(language, 'set', wanted);
      const withToken = snippetOf(language, 'set', { ...wanted, token: true });
      expect('code' in without && without.code).not.toContain('CLASP_TOKEN');
      expect('code' in withToken && withToken.code).toContain('CLASP_TOKEN');
    }
  });

  it('are not made for what a language cannot say', () => {
    expect(snippetOf('js', 'set', { ...wanted, value: [{ a: 2n ** 60n }] })).toHaveProperty('missing');
    expect(snippetOf('curl', 'set', { ...wanted, value: NaN })).toHaveProperty('missing');
    expect(snippetOf('curl', 'get', { ...wanted, value: NaN })).toHaveProperty('code');
    expect(snippetOf('curl', 'set', { ...wanted, value: toValue({ $bytes: 'x' }) })).toHaveProperty('missing');
  });

  it('want an address that the router would take', () => {
    expect(addressFits('set', '/a/b')).toBe(true);
    expect(addressFits('set', '/a/*')).toBe(false);
    expect(addressFits('subscribe', '/a/**')).toBe(true);
    expect(addressFits('set', 'a')).toBe(false);
    expect(addressFits('set', '/')).toBe(false);
    expect(addressFits('set', '/a\nb')).toBe(false);
    expect(addressFits('connect', '')).toBe(true);
  });
});
