import { describe, expect, test } from 'vitest';
import { fromJson, Malformed, toJson } from '../src/lib/json-value';
import { History } from '../src/lib/undo';
import { hsvOf, toRgb, withColour } from '../src/lib/hue';
import {
  addControl,
  counted,
  decodeLayout,
  duplicateControls,
  emptyLayout,
  encodeLayout,
  KINDS,
  moveControls,
  narrowed,
  removeControls,
  resizeControls,
  setColumns,
  type Layout,
} from '../src/lib/layout';
import { nudged, partOf, valueAt, type Scale } from '../src/lib/scale';
import { readValue, writeValue } from '../src/lib/value-text';

const all = (layout: Layout) => new Set(layout.pages[0]!.controls.map((control) => control.id));

function sample(): Layout {
  return KINDS.reduce((layout, kind, i) => addControl(layout, 0, kind, { label: `${kind} ${i}`, address: `/x/${i}` }).layout, emptyLayout('all'));
}

describe('a layout', () => {
  test('comes back as it was saved, with the kinds of its values', () => {
    const layout = addControl(sample(), 0, 'button', { on: 5n, off: { r: 1, list: [1n, 'x', null, true] } }).layout;
    expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
  });

  test('what is standard is not stored', () => {
    const text = encodeLayout(addControl(emptyLayout(), 0, 'fader', { address: '/a' }).layout);
    expect(JSON.parse(text).pages[0].controls).toEqual([{ id: 'c1', kind: 'fader', x: 0, y: 0, w: 2, h: 6, address: '/a' }]);
  });

  test.each([
    ['no JSON', '{', /no JSON/],
    ['another format', '{"format":"x","version":1}', /format/],
    ['a newer version', '{"format":"clasp-layout","version":2,"columns":8,"pages":[]}', /version 2/],
    ['a list', '[]', /must be a map/],
    ['columns', '{"format":"clasp-layout","version":1,"columns":1e9,"pages":[]}', /columns must be a number from 2 to 48/],
    ['too many pages', JSON.stringify({ format: 'clasp-layout', version: 1, columns: 8, pages: Array(17).fill({ controls: [] }) }), /at most 16/],
    ['a kind', layoutWith({ kind: 'script' }), /pages\[0\]\.controls\[0\]\.kind must be one of/],
    ['a place outside', layoutWith({ x: 7, w: 4 }), /wider than/],
    ['a pattern', layoutWith({ address: '/a/**' }), /no address/],
    ['no range', layoutWith({ min: 1, max: 1 }), /must differ/],
    ['NaN', layoutWith({ min: null }), null],
    ['a logarithm of nothing', layoutWith({ curve: 'log' }), /log only if/],
    ['a long text', layoutWith({ label: 'x'.repeat(1000) }), /at most 200/],
    ['a deep value', layoutWith({ on: JSON.parse('['.repeat(40) + ']'.repeat(40)) }), /in each other/],
    ['an integer that is none', layoutWith({ on: { $int: '9'.repeat(30) } }), /integer of 64 bits/],
    ['a large one', JSON.stringify({ format: 'clasp-layout', version: 1, x: 'x'.repeat(70_000) }), /larger than/],
  ])('refuses %s with a sentence', (_, text, sentence) => {
    const decode = () => decodeLayout(text);
    if (sentence === null) {
      // null is as if it was not there.
      expect(decode().pages[0]!.controls[0]!.min).toBe(0);
    } else {
      expect(decode).toThrow(Malformed);
      expect(decode).toThrow(sentence);
    }
  });

  test('hostile keys do no harm', () => {
    const layout = decodeLayout(layoutWith({}).replace('"id":', '"__proto__":{"polluted":1},"constructor":2,"id":'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(layout.pages[0]!.controls).toHaveLength(1);
  });

  test('does not save what would not fit into a message', () => {
    let layout = emptyLayout();
    for (let i = 0; i < 400; i++) {
      layout = addControl(layout, 0, 'button', { label: 'x'.repeat(190), x: 0, y: 0 }).layout;
    }
    expect(() => encodeLayout(layout)).toThrow(/60000 is the most/);
  });

  test('new controls find free places', () => {
    const controls = sample().pages[0]!.controls.filter((control) => control.kind !== 'group');
    for (const a of controls) {
      for (const b of controls) {
        const apart = a === b || a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart, `${a.label} and ${b.label}`).toBe(true);
      }
    }
  });

  test('several move together and stop together at the edge', () => {
    const layout = sample();
    const moved = moveControls(layout, 0, all(layout), -5, 3);
    expect(moved.pages[0]!.controls.map((c) => c.y)).toEqual(layout.pages[0]!.controls.map((c) => c.y + 3));
    expect(moved.pages[0]!.controls.map((c) => c.x)).toEqual(layout.pages[0]!.controls.map((c) => c.x));
  });

  test('a size is at least one cell and stays inside', () => {
    const { layout, id } = addControl(emptyLayout(), 0, 'fader');
    expect(resizeControls(layout, 0, new Set([id]), -10, 100).pages[0]!.controls[0]).toMatchObject({ w: 1, h: 106 });
    expect(resizeControls(layout, 0, new Set([id]), 100, 0).pages[0]!.controls[0]).toMatchObject({ w: 16 });
    expect(setColumns(sample(), 2).pages[0]!.controls.every((control) => control.x + control.w <= 2)).toBe(true);
  });

  test('a copy counts on', () => {
    const { layout, id } = addControl(emptyLayout(), 0, 'fader', { address: '/lights/9/level', label: 'Light 9' });
    const made = duplicateControls(layout, 0, new Set([id]));
    expect(made.layout.pages[0]!.controls[1]).toMatchObject({ address: '/lights/10/level', label: 'Light 10', x: 2, y: 0 });
    expect(counted('/ch/01/mix/07')).toBe('/ch/01/mix/08');
    expect(counted('/level')).toBe('/level');
    expect(removeControls(made.layout, 0, made.ids)).toEqual(layout);
  });

  test('on a narrow screen nothing overlaps and everything is there', () => {
    const page = sample().pages[0]!;
    const places = narrowed(page, 16, 4);
    expect(places).toHaveLength(page.controls.length);
    const cells = new Set<string>();
    for (const place of places) {
      expect(place.x + place.w).toBeLessThanOrEqual(4);
      for (let x = place.x; x < place.x + place.w; x++) {
        for (let y = place.y; y < place.y + place.h; y++) {
          expect(cells.has(`${x} ${y}`)).toBe(false);
          cells.add(`${x} ${y}`);
        }
      }
    }
  });
});

function layoutWith(control: Record<string, unknown>): string {
  return JSON.stringify({
    format: 'clasp-layout',
    version: 1,
    columns: 8,
    pages: [{ name: '1', controls: [{ id: 'c1', kind: 'button', x: 0, y: 0, w: 2, h: 2, ...control }] }],
  });
}

describe('steps back', () => {
  test('are taken one after the other, a movement as one', () => {
    const history = new History('a');
    history.change('b', 'drag');
    history.change('c', 'drag');
    history.settle();
    history.change('d', 'drag');
    history.undo();
    expect(history.state).toBe('c');
    history.undo();
    expect(history.state).toBe('a');
    expect(history.undoable).toBe(false);
    history.redo();
    history.redo();
    expect(history.state).toBe('d');
    history.undo();
    history.change('e');
    expect(history.redoable).toBe(false);
  });
});

describe('a fader', () => {
  const scales: Scale[] = [
    { min: 0, max: 1, step: 0, curve: 'linear' },
    { min: 20, max: 20_000, step: 0, curve: 'log' },
    { min: -60, max: 10, step: 0, curve: 'square' },
    { min: 255, max: 0, step: 0, curve: 'cube' },
  ];
  test.each(scales)('finds its place again: %o', (scale) => {
    expect(valueAt(scale, 0)).toBe(scale.min);
    expect(valueAt(scale, 1)).toBe(scale.max);
    for (const part of [0.1, 0.25, 0.5, 0.9]) {
      expect(partOf(scale, valueAt(scale, part))).toBeCloseTo(part, 9);
    }
    expect(partOf(scale, NaN)).toBe(0);
  });

  test('stands on its steps', () => {
    const scale: Scale = { min: 0, max: 1, step: 0.1, curve: 'linear' };
    expect(valueAt(scale, 0.32)).toBe(0.3);
    expect(nudged(scale, 0.3, 1, true)).toBe(0.4);
    expect(nudged(scale, 0.95, 1, false)).toBe(1);
    expect(nudged({ ...scale, step: 0 }, 0.5, -1, false)).toBeCloseTo(0.4);
  });
});

describe('a colour', () => {
  test('comes back, and keeps what else is in the map', () => {
    const value = { r: 10n, g: 200n, b: 30n, w: 7n };
    const hsv = hsvOf(value, 255)!;
    expect(withColour(value, hsv, 255)).toEqual(value);
    expect(toRgb({ h: 120, s: 1, v: 1 })).toEqual([0, 1, 0]);
    expect(hsvOf('red', 255)).toBeNull();
  });
});

describe('a value as text', () => {
  test.each([0.5, 5n, -7n, 2n ** 63n - 1n, -(2n ** 63n), '-', '1.', '007', true, null, 'on', '5', 'a b', '', [1, 2n], { r: 255, g: 0n }, { $int: 'x' }, NaN, -0, 1e300, new Uint8Array([1, 2])])(
    'comes back: %o',
    (value) => {
      expect(readValue(writeValue(value))).toEqual(value);
      expect(fromJson(JSON.parse(JSON.stringify(toJson(value))))).toEqual(value);
    },
  );
  test('half a list is nothing yet', () => {
    expect(readValue('[1, 2')).toBeUndefined();
    expect(['', '-', '1.', '-1.', '1e', '1.5e-'].map(readValue)).toEqual(Array(6).fill(undefined));
    expect(readValue('go')).toBe('go');
  });
});
