import type { Value } from '../clasp/values';
import { bytesOf, checkAddress, Checked, MAX_DOCUMENT } from './checked';
import { fromJson, Malformed, toJson } from './json-value';

/** A control page that a user has made. Immutable: a change is a new one. */
export interface Layout {
  title: string;
  /** Of the grid, on a wide screen and on a narrow one. */
  columns: number;
  narrow: number;
  pages: Page[];
}

export interface Page {
  name: string;
  controls: Control[];
}

export const KINDS = ['fader', 'button', 'pad', 'colour', 'value', 'meter', 'label', 'group'] as const;
export type Kind = (typeof KINDS)[number];

export const COLOURS = ['plain', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'grey'] as const;
export type ColourName = (typeof COLOURS)[number];

export const CURVES = ['linear', 'square', 'cube', 'log'] as const;
export type Curve = (typeof CURVES)[number];

export const BUTTON_MODES = ['momentary', 'toggle', 'event'] as const;
export const PAD_FORMS = ['map', 'list', 'pair'] as const;

/** A control on the grid; places and sizes are cells. What a kind does not know it ignores. */
export interface Control {
  id: string;
  kind: Kind;
  x: number;
  y: number;
  w: number;
  h: number;
  label: string;
  /** Empty: it leads nowhere yet. */
  address: string;
  colour: ColourName;
  /** Range of a fader, a meter, or both axes of a pad. */
  min: number;
  max: number;
  /** What one step is; 0 for none. */
  step: number;
  /** Digits after the point that are shown; -1: as many as it needs. */
  digits: number;
  unit: string;
  curve: Curve;
  horizontal: boolean;
  /** The fader moves from where it stands, and does not jump to the finger. */
  grab: boolean;
  /** Whole numbers are written as integers. */
  integer: boolean;
  mode: (typeof BUTTON_MODES)[number];
  on: Value;
  off: Value;
  form: (typeof PAD_FORMS)[number];
  /** Of the vertical axis of a pad that writes a pair. */
  second: string;
  /** Brightest value of a channel of colour: 1 or 255. */
  full: number;
}

export const FORMAT = 'clasp-layout';
export const VERSION = 1;
export const MAX_PAGES = 16;
export const MAX_CONTROLS = 400;
export const MAX_COLUMNS = 48;
export const MAX_ROWS = 200;
const MAX_TEXT = 200;
const NUMBER = 1e12;

/** What a control is that says nothing of itself. */
export const STANDARD: Omit<Control, 'id' | 'kind' | 'x' | 'y' | 'w' | 'h'> = {
  label: '',
  address: '',
  colour: 'plain',
  min: 0,
  max: 1,
  step: 0,
  digits: -1,
  unit: '',
  curve: 'linear',
  horizontal: false,
  grab: false,
  integer: false,
  mode: 'momentary',
  on: 1,
  off: 0,
  form: 'map',
  second: '',
  full: 255,
};

/** Size of a fresh control. */
const SIZES: Record<Kind, [number, number]> = {
  fader: [2, 6],
  button: [2, 2],
  pad: [6, 6],
  colour: [6, 6],
  value: [3, 1],
  meter: [1, 6],
  label: [4, 1],
  group: [6, 7],
};

export function emptyLayout(title = ''): Layout {
  return { title, columns: 16, narrow: 8, pages: [{ name: '1', controls: [] }] };
}

/** @throws Malformed with what is wrong and where */
export function decodeLayout(text: string): Layout {
  const document = Checked.document(text, FORMAT, VERSION, MAX_DOCUMENT);
  let controls = 0;
  const ids = new Set<string>();
  const pages = document.list('pages', MAX_PAGES, (member, where) => {
    const page = Checked.of(member, where);
    return {
      name: page.text('name', MAX_TEXT, ''),
      controls: page.list('controls', MAX_CONTROLS, (entry, place) => {
        const control = decodeControl(Checked.of(entry, place));
        if (++controls > MAX_CONTROLS) {
          throw new Malformed(`it has more than ${MAX_CONTROLS} controls`);
        }
        if (ids.has(control.id)) {
          throw new Malformed(`${place}.id is there twice`);
        }
        ids.add(control.id);
        return control;
      }),
    };
  });
  const columns = document.whole('columns', 2, MAX_COLUMNS);
  const wide = pages.flatMap((page) => page.controls).find((control) => control.x + control.w > columns);
  if (wide) {
    throw new Malformed(`the control ${wide.id} is wider than the ${columns} columns`);
  }
  return {
    title: document.text('title', MAX_TEXT, ''),
    columns,
    narrow: document.whole('narrow', 2, MAX_COLUMNS, 8),
    pages: pages.length > 0 ? pages : [{ name: '1', controls: [] }],
  };
}

function decodeControl(from: Checked): Control {
  const min = from.number('min', -NUMBER, NUMBER, STANDARD.min);
  const max = from.number('max', -NUMBER, NUMBER, STANDARD.max);
  const curve = from.choice('curve', CURVES, STANDARD.curve);
  if (min === max) {
    throw from.wrong('max', 'must differ from min');
  }
  if (curve === 'log' && !(min * max > 0)) {
    throw from.wrong('curve', 'can be log only if min and max have one sign and neither is 0');
  }
  return {
    id: from.text('id', 40),
    kind: from.choice('kind', KINDS),
    x: from.whole('x', 0, MAX_COLUMNS - 1),
    y: from.whole('y', 0, MAX_ROWS - 1),
    w: from.whole('w', 1, MAX_COLUMNS),
    h: from.whole('h', 1, MAX_ROWS),
    label: from.text('label', MAX_TEXT, STANDARD.label),
    address: checkAddress(from.text('address', 512, STANDARD.address)),
    colour: from.choice('colour', COLOURS, STANDARD.colour),
    min,
    max,
    step: from.number('step', 0, NUMBER, STANDARD.step),
    digits: from.whole('digits', -1, 10, STANDARD.digits),
    unit: from.text('unit', 20, STANDARD.unit),
    curve,
    horizontal: from.flag('horizontal'),
    grab: from.flag('grab'),
    integer: from.flag('integer'),
    mode: from.choice('mode', BUTTON_MODES, STANDARD.mode),
    on: from.has('on') ? fromJson(from.raw('on')) : STANDARD.on,
    off: from.has('off') ? fromJson(from.raw('off')) : STANDARD.off,
    form: from.choice('form', PAD_FORMS, STANDARD.form),
    second: checkAddress(from.text('second', 512, STANDARD.second)),
    full: from.number('full', 1e-6, NUMBER, STANDARD.full),
  };
}

/** As it is stored: what is standard is left out. @throws Malformed it is too large */
export function encodeLayout(layout: Layout, indent = 0): string {
  const text = JSON.stringify(
    {
      format: FORMAT,
      version: VERSION,
      title: layout.title,
      columns: layout.columns,
      narrow: layout.narrow,
      pages: layout.pages.map((page) => ({ name: page.name, controls: page.controls.map(encodeControl) })),
    },
    null,
    indent,
  );
  if (indent === 0 && bytesOf(text) > MAX_DOCUMENT) {
    throw new Malformed(`it has ${bytesOf(text)} bytes, ${MAX_DOCUMENT} is the most: make two layouts of it`);
  }
  return text;
}

function encodeControl(control: Control): Record<string, unknown> {
  const { id, kind, x, y, w, h, ...rest } = control;
  const out: Record<string, unknown> = { id, kind, x, y, w, h };
  for (const [key, value] of Object.entries(rest)) {
    if (value !== STANDARD[key as keyof typeof STANDARD]) {
      out[key] = toJson(value);
    }
  }
  return out;
}

// --- changes ------------------------------------------------------------------------------------

/** An id that no control of the layout has. */
export function freshId(layout: Layout): string {
  const taken = new Set(layout.pages.flatMap((page) => page.controls.map((control) => control.id)));
  let i = taken.size + 1;
  while (taken.has(`c${i}`)) {
    i++;
  }
  return `c${i}`;
}

function withPage(layout: Layout, index: number, change: (page: Page) => Page): Layout {
  return { ...layout, pages: layout.pages.map((page, i) => (i === index ? change(page) : page)) };
}

function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The first free place, row by row. Groups are no obstacle. */
export function freePlace(page: Page, columns: number, w: number, h: number): { x: number; y: number } {
  const obstacles = page.controls.filter((control) => control.kind !== 'group');
  for (let y = 0; y <= MAX_ROWS - h; y++) {
    for (let x = 0; x <= columns - w; x++) {
      if (!obstacles.some((other) => overlap({ x, y, w, h }, other))) {
        return { x, y };
      }
    }
  }
  return { x: 0, y: 0 };
}

/** @returns the new layout and the id of what was added; the layout as it was if there are too many controls */
export function addControl(layout: Layout, page: number, kind: Kind, given: Partial<Control> = {}): { layout: Layout; id: string } {
  const onto = layout.pages[page];
  if (!onto || layout.pages.reduce((sum, each) => sum + each.controls.length, 0) >= MAX_CONTROLS) {
    return { layout, id: '' };
  }
  const id = freshId(layout);
  const w = Math.min(layout.columns, given.w ?? SIZES[kind][0]);
  const h = Math.min(MAX_ROWS, given.h ?? SIZES[kind][1]);
  const { x, y } = given;
  const place = x === undefined || y === undefined ? freePlace(onto, layout.columns, w, h) : { x, y };
  const control: Control = { ...STANDARD, ...given, ...place, id, kind, w, h };
  return { layout: withPage(layout, page, (p) => ({ ...p, controls: [...p.controls, fit(control, layout.columns)] })), id };
}

/** Inside the grid. */
export function fit<C extends Place>(control: C, columns: number): C {
  const w = Math.min(columns, Math.max(1, Math.round(control.w)));
  const h = Math.min(MAX_ROWS, Math.max(1, Math.round(control.h)));
  return {
    ...control,
    w,
    h,
    x: Math.min(columns - w, Math.max(0, Math.round(control.x))),
    y: Math.min(MAX_ROWS - h, Math.max(0, Math.round(control.y))),
  };
}

export function changeControls(
  layout: Layout,
  page: number,
  ids: ReadonlySet<string>,
  change: (control: Control) => Control,
): Layout {
  return withPage(layout, page, (p) => ({
    ...p,
    controls: p.controls.map((control) => (ids.has(control.id) ? fit(change(control), layout.columns) : control)),
  }));
}

/** Moves all of them by as much as the grid lets all of them. */
export function moveControls(layout: Layout, page: number, ids: ReadonlySet<string>, dx: number, dy: number): Layout {
  const moved = layout.pages[page]?.controls.filter((control) => ids.has(control.id)) ?? [];
  if (moved.length === 0) {
    return layout;
  }
  const x = between(dx, -Math.min(...moved.map((c) => c.x)), layout.columns - Math.max(...moved.map((c) => c.x + c.w)));
  const y = between(dy, -Math.min(...moved.map((c) => c.y)), MAX_ROWS - Math.max(...moved.map((c) => c.y + c.h)));
  return x === 0 && y === 0 ? layout : changeControls(layout, page, ids, (c) => ({ ...c, x: c.x + x, y: c.y + y }));
}

function between(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function resizeControls(layout: Layout, page: number, ids: ReadonlySet<string>, dw: number, dh: number): Layout {
  return changeControls(layout, page, ids, (c) => ({
    ...c,
    w: Math.min(layout.columns - c.x, Math.max(1, c.w + dw)),
    h: Math.min(MAX_ROWS - c.y, Math.max(1, c.h + dh)),
  }));
}

export function removeControls(layout: Layout, page: number, ids: ReadonlySet<string>): Layout {
  return withPage(layout, page, (p) => ({ ...p, controls: p.controls.filter((control) => !ids.has(control.id)) }));
}

/** Copies them to free places; a number at the end of an address or a label counts on. */
export function duplicateControls(
  layout: Layout,
  page: number,
  ids: ReadonlySet<string>,
): { layout: Layout; ids: Set<string> } {
  let next = layout;
  const added = new Set<string>();
  for (const control of layout.pages[page]?.controls ?? []) {
    if (ids.has(control.id)) {
      const { x: _x, y: _y, ...rest } = control;
      const made = addControl(next, page, control.kind, {
        ...rest,
        address: counted(control.address),
        second: counted(control.second),
        label: counted(control.label),
      });
      next = made.layout;
      if (made.id) {
        added.add(made.id);
      }
    }
  }
  return { layout: next, ids: added };
}

/** `/lights/9/level` becomes `/lights/10/level`: the last number counts on. */
export function counted(text: string): string {
  return text.replace(/(\d{1,9})(?=\D*$)/, (digits) => String(Number(digits) + 1).padStart(digits.length, '0'));
}

export function addPage(layout: Layout): Layout {
  return layout.pages.length >= MAX_PAGES
    ? layout
    : { ...layout, pages: [...layout.pages, { name: String(layout.pages.length + 1), controls: [] }] };
}

export function removePage(layout: Layout, index: number): Layout {
  return layout.pages.length <= 1 ? layout : { ...layout, pages: layout.pages.filter((_, i) => i !== index) };
}

export function renamePage(layout: Layout, index: number, name: string): Layout {
  return withPage(layout, index, (page) => ({ ...page, name: name.slice(0, MAX_TEXT) }));
}

export function setColumns(layout: Layout, columns: number): Layout {
  const next = Math.min(MAX_COLUMNS, Math.max(2, Math.round(columns) || 2));
  return {
    ...layout,
    columns: next,
    pages: layout.pages.map((page) => ({ ...page, controls: page.controls.map((control) => fit(control, next)) })),
  };
}

// --- showing ------------------------------------------------------------------------------------

export function rowsOf(places: readonly Place[]): number {
  return places.reduce((rows, place) => Math.max(rows, place.y + place.h), 1);
}

/**
 * The page for a narrow screen: its own number of columns, controls one after the other in reading order, each as wide
 * as it is beside its neighbours. Captions of groups take a row, their frames are left out.
 */
export function narrowed(page: Page, columns: number, narrow: number): (Control & Place)[] {
  if (columns <= narrow) {
    return page.controls;
  }
  const order = [...page.controls].sort((a, b) => a.y - b.y || a.x - b.x || Number(b.kind === 'group') - Number(a.kind === 'group'));
  const placed: (Control & Place)[] = [];
  /** First free row of each column. */
  const free = new Array<number>(narrow).fill(0);
  for (const control of order) {
    const caption = control.kind === 'group';
    const w = caption ? narrow : Math.min(narrow, Math.max(1, control.w));
    const h = caption ? 1 : control.h;
    let best = 0;
    let top = Infinity;
    for (let x = 0; x <= narrow - w; x++) {
      const y = Math.max(...free.slice(x, x + w));
      if (y < top) {
        top = y;
        best = x;
      }
    }
    for (let x = best; x < best + w; x++) {
      free[x] = top + h;
    }
    placed.push({ ...control, x: best, y: top, w, h });
  }
  return placed;
}
