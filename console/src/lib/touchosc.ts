import {
  addControl,
  emptyLayout,
  MAX_CONTROLS,
  MAX_PAGES,
  MAX_ROWS,
  type ColourName,
  type Control,
  type Kind,
  type Layout,
} from './layout';
import { isAddress } from './checked';
import { Malformed } from './json-value';
import { inflate, MAX_FILE, unzip } from './unpack';
import { parseXml, type XmlElement } from './xml';

/** A layout made of one of TouchOSC, and what is not in it. */
export interface Imported {
  layout: Layout;
  /** Kinds of things and how many of them were left out. */
  left: Map<string, number>;
}

/** Columns that a layout is brought to. */
const COLUMNS = 32;
const MAX_DEPTH = 24;
const MAX_NODES = 20_000;

/**
 * Reads a layout of TouchOSC: `.tosc` (zlib around XML) or `.touchosc` (a ZIP archive with `index.xml`). Addresses are
 * those of its OSC messages, below a prefix.
 *
 * @param prefix such as `/osc`, where the OSC bridge has them
 * @throws Malformed with a sentence
 */
export async function importTouchOsc(file: Uint8Array, prefix: string): Promise<Imported> {
  if (file.length > MAX_FILE) {
    throw new Malformed(`it is larger than ${MAX_FILE / 1024 / 1024} MiB`);
  }
  if (prefix !== '' && !isAddress(prefix)) {
    throw new Malformed(`“${prefix.slice(0, 80)}” is no address`);
  }
  let xml: Uint8Array;
  if (file[0] === 0x50 && file[1] === 0x4b) {
    xml = await unzip(file, 'index.xml');
  } else if (file[0] === 0x78) {
    xml = await inflate(file, 'deflate');
  } else if (file[0] === 0x3c || (file[0] === 0xef && file[3] === 0x3c)) {
    xml = file;
  } else {
    throw new Malformed('it is no layout of TouchOSC: neither packed with zlib nor a ZIP archive');
  }
  const root = parseXml(new TextDecoder().decode(xml));
  const reader = new TouchOscReader(prefix);
  switch (root.tagName) {
    case 'lexml':
      return reader.second(root);
    case 'layout':
      return reader.first(root);
    default:
      throw new Malformed(`it is no layout of TouchOSC: its XML begins with <${root.tagName.slice(0, 40)}>`);
  }
}

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Found extends Box {
  kind: Kind;
  given: Partial<Control>;
}

interface FoundPage {
  name: string;
  size: { w: number; h: number };
  found: Found[];
}

class TouchOscReader {
  private readonly left = new Map<string, number>();
  private nodes = 0;

  constructor(private readonly prefix: string) {}

  private leave(what: string, count = 1): void {
    this.left.set(what, (this.left.get(what) ?? 0) + count);
  }

  /** An address of OSC as one of ours. */
  private address(osc: string): string {
    const address = this.prefix + (osc.startsWith('/') ? osc : `/${osc}`);
    if (isAddress(address)) {
      return address;
    }
    this.leave('address');
    return '';
  }

  /** Puts what was found on a grid, where it was. */
  private layout(pages: FoundPage[], title: string): Imported {
    const layout: Layout = { ...emptyLayout(title), columns: COLUMNS, narrow: 8, pages: [] };
    let result = layout;
    let count = 0;
    for (const page of pages) {
      if (result.pages.length >= MAX_PAGES) {
        this.leave('page');
        continue;
      }
      const index = result.pages.length;
      result = { ...result, pages: [...result.pages, { name: page.name.slice(0, 60) || String(index + 1), controls: [] }] };
      // Cells that are as high as they are wide.
      const cell = Math.max(page.size.w / COLUMNS, page.size.h / MAX_ROWS, 1e-6);
      for (const { kind, given, ...box } of page.found) {
        if (++count > MAX_CONTROLS) {
          this.leave('control');
          continue;
        }
        const x = Math.min(COLUMNS - 1, Math.max(0, Math.round(box.x / cell)));
        const y = Math.min(MAX_ROWS - 1, Math.max(0, Math.round(box.y / cell)));
        const w = Math.max(1, Math.min(COLUMNS - x, Math.round((box.x + box.w) / cell) - x));
        const h = Math.max(1, Math.min(MAX_ROWS - y, Math.round((box.y + box.h) / cell) - y));
        result = addControl(result, index, kind, { ...given, x, y, w, h }).layout;
      }
    }
    if (result.pages.length === 0) {
      throw new Malformed('there are no pages in it');
    }
    return { layout: result, left: this.left };
  }

  private visit(depth: number): void {
    if (depth > MAX_DEPTH || ++this.nodes > MAX_NODES) {
      throw new Malformed('it has too many controls, or too many in each other');
    }
  }

  // --- .tosc --------------------------------------------------------------------------------------

  second(root: XmlElement): Imported {
    const top = child(root, 'node');
    if (!top) {
      throw new Malformed('there is no control in it');
    }
    const frame = frameOf(propertiesOf(top));
    const pages: FoundPage[] = [{ name: 'Main', size: { w: frame.w || 1, h: frame.h || 1 }, found: [] }];
    this.children(top, { x: 0, y: 0 }, pages[0]!, pages, 1, '');
    return this.layout(
      pages.filter((page, i) => page.found.length > 0 || (i === 0 && pages.length === 1)),
      textOf(propertiesOf(top), 'name'),
    );
  }

  private children(
    parent: XmlElement,
    offset: { x: number; y: number },
    page: FoundPage,
    pages: FoundPage[],
    depth: number,
    parentName: string,
  ): void {
    const list = child(parent, 'children');
    elements(list, 'node').forEach((node, index) => this.node(node, index, offset, page, pages, depth, parentName));
  }

  private node(
    node: XmlElement,
    index: number,
    offset: { x: number; y: number },
    page: FoundPage,
    pages: FoundPage[],
    depth: number,
    parentName: string,
  ): void {
    this.visit(depth);
    const type = (node.getAttribute('type') ?? '').slice(0, 20);
    const properties = propertiesOf(node);
    const name = textOf(properties, 'name');
    const frame = frameOf(properties);
    const box: Box = { ...frame, x: frame.x + offset.x, y: frame.y + offset.y };
    if (properties.get('visible')?.textContent?.trim() === '0') {
      this.leave('hidden');
      return;
    }
    if (textOf(properties, 'script').trim() !== '') {
      this.leave('script');
    }
    if (elements(child(node, 'messages'), 'midi').length > 0) {
      this.leave('midi');
    }
    const colour = colourNear(properties.get('color'));
    const message = this.message(node, name, index, parentName);
    const common: Partial<Control> = { label: '', address: message.address, colour };
    const range = { min: message.min, max: message.max === message.min ? message.min + 1 : message.max };
    switch (type) {
      case 'FADER':
      case 'RADIAL':
      case 'ENCODER': {
        const sideways = Number(textOf(properties, 'orientation') || 0) % 2 === 1;
        page.found.push({
          ...box,
          kind: 'fader',
          given: { ...common, ...range, horizontal: type === 'FADER' ? sideways || box.w > box.h : box.w >= box.h, label: name },
        });
        if (type !== 'FADER') {
          this.leave(type.toLowerCase());
        }
        break;
      }
      case 'RADIO': {
        const steps = Math.max(2, Math.min(64, Number(textOf(properties, 'steps')) || 2));
        page.found.push({
          ...box,
          kind: 'fader',
          given: { ...common, min: 0, max: steps - 1, step: 1, integer: true, horizontal: box.w > box.h, label: name },
        });
        this.leave('radio');
        break;
      }
      case 'BUTTON':
        page.found.push({
          ...box,
          kind: 'button',
          given: {
            ...common,
            label: name,
            mode: Number(textOf(properties, 'buttonType') || 0) === 0 ? 'momentary' : 'toggle',
            on: range.max,
            off: range.min,
          },
        });
        break;
      case 'XY':
      case 'RADAR':
        page.found.push({ ...box, kind: 'pad', given: { ...common, ...range, form: 'list', label: name } });
        if (type === 'RADAR') {
          this.leave('radar');
        }
        break;
      case 'LABEL':
      case 'TEXT': {
        const text = defaultText(node);
        page.found.push({
          ...box,
          kind: message.address && message.receives ? 'value' : 'label',
          given: { ...common, address: message.receives ? message.address : '', label: text || name },
        });
        break;
      }
      case 'BOX':
        this.leave('box');
        break;
      case 'PAGER':
        for (const tab of elements(child(node, 'children'), 'node')) {
          this.visit(depth + 1);
          const of = propertiesOf(tab);
          const size = frameOf(of);
          const next: FoundPage = {
            name: textOf(of, 'tabLabel') || textOf(of, 'name'),
            size: { w: size.w || page.size.w, h: size.h || page.size.h },
            found: [],
          };
          pages.push(next);
          this.children(tab, { x: 0, y: 0 }, next, pages, depth + 2, textOf(of, 'name'));
        }
        break;
      case 'GROUP':
      case 'GRID':
        if (type === 'GROUP' && depth > 0 && box.w > 0) {
          page.found.push({ ...box, kind: 'group', given: { colour, label: name } });
        }
        this.children(node, { x: box.x, y: box.y }, page, pages, depth + 1, name);
        break;
      default:
        this.leave(type.toLowerCase() || 'unknown');
    }
  }

  /** The first OSC message of a control: where it leads, and how its value is scaled. */
  private message(
    node: XmlElement,
    name: string,
    index: number,
    parentName: string,
  ): { address: string; min: number; max: number; receives: boolean } {
    const messages = elements(child(node, 'messages'), 'osc').filter((osc) => text(child(osc, 'enabled')) !== '0');
    const osc = messages[0];
    if (!osc) {
      return { address: '', min: 0, max: 1, receives: false };
    }
    if (messages.length > 1) {
      this.leave('further message', messages.length - 1);
    }
    let path = '';
    for (const partial of elements(child(osc, 'path'), 'partial')) {
      const said = text(child(partial, 'value'));
      switch (text(child(partial, 'type'))) {
        case 'CONSTANT':
          path += said;
          break;
        case 'INDEX':
          path += String(index + Number(text(child(partial, 'scaleMin')) || 0));
          break;
        case 'PROPERTY':
          path += said === 'parent.name' ? parentName : name;
          break;
        default:
          // The value itself in the address: such an address has no value of its own.
          path += 'value';
      }
    }
    const scaled = elements(child(osc, 'arguments'), 'partial').find((partial) =>
      ['VALUE', 'VAR'].includes(text(child(partial, 'type'))),
    );
    const min = numberIn(child(scaled, 'scaleMin'), 0);
    const max = numberIn(child(scaled, 'scaleMax'), 1);
    return { address: path === '' ? '' : this.address(path), min, max, receives: text(child(osc, 'receive')) !== '0' };
  }

  // --- .touchosc ----------------------------------------------------------------------------------

  first(root: XmlElement): Imported {
    const pages: FoundPage[] = [];
    for (const tab of elements(root, 'tabpage')) {
      this.visit(1);
      const name = base64(tab.getAttribute('name')) || String(pages.length + 1);
      const found: Found[] = [];
      for (const control of elements(tab, 'control')) {
        this.visit(2);
        this.control(control, name, found);
      }
      // Older files do not say how large the screen is, and where it is turned width and height are too.
      const w = Math.max(1, ...found.map((f) => f.x + f.w));
      const h = Math.max(1, ...found.map((f) => f.y + f.h));
      pages.push({ name, size: { w, h }, found });
    }
    return this.layout(pages, '');
  }

  private control(control: XmlElement, page: string, found: Found[]): void {
    const number = (key: string) => Number(control.getAttribute(key)) || 0;
    const box: Box = { x: number('x'), y: number('y'), w: Math.abs(number('w')), h: Math.abs(number('h')) };
    const type = (control.getAttribute('type') ?? '').slice(0, 20);
    const name = base64(control.getAttribute('name'));
    const osc = base64(control.getAttribute('osc_cs')) || `/${page}/${name}`;
    const low = Number(control.getAttribute('scalef') ?? 0) || 0;
    const high = Number(control.getAttribute('scalet') ?? 1) || 0;
    const range = { min: low, max: high === low ? low + 1 : high };
    const named = control.getAttribute('color') ?? '';
    const colour = Object.hasOwn(NAMED, named) ? NAMED[named]! : 'plain';
    const label = base64(control.getAttribute('text'));
    const push = (kind: Kind, given: Partial<Control>, at: Box = box) => {
      // One element may stand for a thousand controls.
      this.visit(2);
      found.push({ ...at, kind, given: { colour, ...given } });
    };
    switch (type) {
      case 'faderv':
      case 'faderh':
        push('fader', { ...range, address: this.address(osc), horizontal: type === 'faderh', label: name });
        break;
      case 'rotaryv':
      case 'rotaryh':
      case 'encoder':
        this.leave(type === 'encoder' ? 'encoder' : 'rotary');
        push('fader', { ...range, address: this.address(osc), horizontal: box.w >= box.h, label: name });
        break;
      case 'push':
      case 'toggle':
        push('button', {
          address: this.address(osc),
          mode: type === 'push' ? 'momentary' : 'toggle',
          on: range.max,
          off: range.min,
          label: label || name,
        });
        break;
      case 'xy':
        push('pad', { ...range, address: this.address(osc), form: 'list', label: name });
        break;
      case 'led':
        push('meter', { ...range, address: this.address(osc), horizontal: box.w > box.h });
        break;
      case 'labelv':
      case 'labelh':
        push('label', { label: label || name });
        break;
      case 'multifaderv':
      case 'multifaderh': {
        const count = Math.min(64, Math.max(1, number('number') || 1));
        // Faders that stand stand side by side.
        const sideBySide = box.w >= box.h;
        for (let i = 0; i < count; i++) {
          push(
            'fader',
            { ...range, address: this.address(`${osc}/${i + 1}`), horizontal: !sideBySide, label: i === 0 ? name : '' },
            sideBySide
              ? { ...box, x: box.x + (box.w * i) / count, w: box.w / count }
              : { ...box, y: box.y + (box.h * i) / count, h: box.h / count },
          );
        }
        break;
      }
      case 'multitoggle':
      case 'multipush': {
        const across = Math.min(32, Math.max(1, number('number_x') || 1));
        const down = Math.min(32, Math.max(1, number('number_y') || 1));
        for (let row = 0; row < down; row++) {
          for (let column = 0; column < across; column++) {
            push(
              'button',
              {
                address: this.address(`${osc}/${row + 1}/${column + 1}`),
                mode: type === 'multipush' ? 'momentary' : 'toggle',
                on: range.max,
                off: range.min,
              },
              { x: box.x + (box.w * column) / across, y: box.y + (box.h * row) / down, w: box.w / across, h: box.h / down },
            );
          }
        }
        break;
      }
      default:
        this.leave(type || 'unknown');
    }
  }
}

const NAMED: Record<string, ColourName> = {
  red: 'red',
  green: 'green',
  blue: 'blue',
  yellow: 'yellow',
  purple: 'purple',
  gray: 'grey',
  orange: 'orange',
  brown: 'orange',
  pink: 'pink',
};

/** Degrees of the colours that we have. */
const HUES: [ColourName, number][] = [
  ['red', 0],
  ['orange', 30],
  ['yellow', 55],
  ['green', 120],
  ['blue', 215],
  ['purple', 275],
  ['pink', 325],
  ['red', 360],
];

function colourNear(property: XmlElement | undefined): ColourName {
  if (!property) {
    return 'plain';
  }
  const [r, g, b] = ['r', 'g', 'b'].map((channel) => numberIn(child(property, channel), 0)) as [number, number, number];
  const high = Math.max(r, g, b);
  const low = Math.min(r, g, b);
  if (high - low < 0.15 * Math.max(high, 0.2)) {
    return high > 0.9 ? 'plain' : 'grey';
  }
  const d = high - low;
  const sixth = high === r ? ((g - b) / d + 6) % 6 : high === g ? (b - r) / d + 2 : (r - g) / d + 4;
  const hue = sixth * 60;
  return HUES.reduce((best, each) => (Math.abs(each[1] - hue) < Math.abs(best[1] - hue) ? each : best))[0];
}

function elements(parent: XmlElement | undefined, tag: string): XmlElement[] {
  return parent ? parent.children.filter((each) => each.tagName === tag) : [];
}

function child(parent: XmlElement | undefined, tag: string): XmlElement | undefined {
  return elements(parent, tag)[0];
}

function text(element: XmlElement | undefined): string {
  return (element?.textContent ?? '').trim().slice(0, 300);
}

function numberIn(element: XmlElement | undefined, standard: number): number {
  const value = text(element) === '' ? standard : Number(text(element));
  return Number.isFinite(value) && Math.abs(value) <= 1e9 ? value : standard;
}

function propertiesOf(node: XmlElement): Map<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  for (const property of elements(child(node, 'properties'), 'property')) {
    const value = child(property, 'value');
    if (value) {
      found.set(text(child(property, 'key')), value);
    }
  }
  return found;
}

function textOf(properties: Map<string, XmlElement>, key: string): string {
  return text(properties.get(key)).slice(0, 120);
}

function frameOf(properties: Map<string, XmlElement>): Box {
  const frame = properties.get('frame');
  const side = (key: string) => numberIn(child(frame, key), 0);
  return { x: side('x'), y: side('y'), w: Math.max(0, side('w')), h: Math.max(0, side('h')) };
}

/** What a label says while nobody has written to it. */
function defaultText(node: XmlElement): string {
  const value = elements(child(node, 'values'), 'value').find((each) => text(child(each, 'key')) === 'text');
  return text(child(value, 'default')).slice(0, 120);
}

function base64(attribute: string | null): string {
  try {
    const bytes = Uint8Array.from(atob(attribute ?? ''), (c) => c.charCodeAt(0));
    return new TextDecoder().decode(bytes).slice(0, 200);
  } catch {
    return (attribute ?? '').slice(0, 200);
  }
}
