import { describe, expect, test } from 'vitest';
import { Malformed } from '../src/lib/json-value';
import { decodeLayout, encodeLayout } from '../src/lib/layout';
import { importTouchOsc } from '../src/lib/touchosc';
import { inflate, unzip } from '../src/lib/unpack';
import { parseXml } from '../src/lib/xml';

const bytes = (text: string) => new TextEncoder().encode(text);
const b64 = (text: string) => btoa(text);

async function packed(content: Uint8Array, format: 'deflate' | 'deflate-raw'): Promise<Uint8Array> {
  const stream = new Blob([content as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A ZIP archive with one packed file. */
async function zip(name: string, content: Uint8Array, claim = content.length): Promise<Uint8Array> {
  const body = await packed(content, 'deflate-raw');
  const local = 30 + name.length + body.length;
  const archive = new Uint8Array(local + 46 + name.length + 22);
  const view = new DataView(archive.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(8, 8, true);
  view.setUint16(26, name.length, true);
  archive.set(bytes(name), 30);
  archive.set(body, 30 + name.length);
  view.setUint32(local, 0x02014b50, true);
  view.setUint16(local + 10, 8, true);
  view.setUint32(local + 20, body.length, true);
  view.setUint32(local + 24, claim, true);
  view.setUint16(local + 28, name.length, true);
  archive.set(bytes(name), local + 46);
  const end = archive.length - 22;
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 16, local, true);
  return archive;
}

const property = (type: string, key: string, value: string) =>
  `<property type='${type}'><key><![CDATA[${key}]]></key><value>${value}</value></property>`;
const frame = (x: number, y: number, w: number, h: number) =>
  property('r', 'frame', `<x>${x}</x><y>${y}</y><w>${w}</w><h>${h}</h>`);
const partial = (type: string, value: string, min = 0, max = 1) =>
  `<partial><type>${type}</type><conversion>STRING</conversion><value><![CDATA[${value}]]></value><scaleMin>${min}</scaleMin><scaleMax>${max}</scaleMax></partial>`;
const osc = (path: string, args: string) =>
  `<messages><osc><enabled>1</enabled><send>1</send><receive>1</receive><path>${path}</path><arguments>${args}</arguments></osc></messages>`;
const node = (type: string, properties: string, rest = '') =>
  `<node ID='x' type='${type}'><properties>${properties}</properties>${rest}</node>`;

const TOSC = `<?xml version='1.0' encoding='UTF-8'?><lexml version='3'>${node(
  'GROUP',
  property('s', 'name', '<![CDATA[Show]]>') + frame(0, 0, 1280, 800),
  `<children>${[
    node(
      'FADER',
      property('s', 'name', '<![CDATA[fader1]]>') +
        frame(0, 0, 80, 400) +
        property('c', 'color', '<r>1</r><g>0</g><b>0</b><a>1</a>') +
        property('i', 'orientation', '0'),
      osc(partial('CONSTANT', '/') + partial('PROPERTY', 'name'), partial('VALUE', 'x', 20, 200)),
    ),
    node(
      'BUTTON',
      property('s', 'name', '<![CDATA[go]]>') + frame(160, 0, 80, 80) + property('i', 'buttonType', '1') + property('s', 'script', 'x()'),
      osc(partial('CONSTANT', '/cue/go'), partial('VALUE', 'x')),
    ),
    node('XY', property('s', 'name', 'xy1') + frame(320, 0, 320, 320), osc(partial('CONSTANT', '/xy1'), partial('VALUE', 'x') + partial('VALUE', 'y'))),
    node('ENCODER', property('s', 'name', 'dial') + frame(700, 0, 80, 80), osc(partial('CONSTANT', '/dial'), partial('VALUE', 'x'))),
    node('LABEL', property('s', 'name', 'l') + frame(0, 480, 200, 40), '<values><value><key>text</key><default><![CDATA[Hello]]></default></value></values>'),
    node('BUTTON', property('b', 'visible', '0') + frame(0, 0, 9, 9)),
    node(
      'PAGER',
      frame(640, 400, 640, 400),
      `<children>${node('GROUP', property('s', 'tabLabel', '<![CDATA[Second]]>') + frame(0, 0, 640, 360), `<children>${node('FADER', property('s', 'name', 'f') + frame(0, 0, 300, 40) + property('i', 'orientation', '1'), osc(partial('CONSTANT', '/2/f'), partial('VALUE', 'x')))}</children>`)}</children>`,
    ),
  ].join('')}</children>`,
)}</lexml>`;

const FIRST = `<?xml version="1.0" encoding="UTF-8"?><layout version="17" mode="0" orientation="horizontal">
<tabpage name="${b64('Mix')}" scalef="0.0" scalet="1.0">
<control name="${b64('fader1')}" x="10" y="10" w="60" h="300" color="green" scalef="0.0" scalet="127.0" type="faderv"></control>
<control name="${b64('push1')}" x="100" y="10" w="60" h="60" color="red" scalef="0.0" scalet="1.0" osc_cs="${b64('/my/push')}" type="push"></control>
<control name="${b64('multi')}" x="200" y="10" w="400" h="100" color="blue" scalef="0.0" scalet="1.0" type="multifaderv" number="4"></control>
<control name="${b64('grid')}" x="200" y="200" w="100" h="100" color="blue" scalef="0.0" scalet="1.0" type="multitoggle" number_x="2" number_y="2"></control>
<control name="${b64('label1')}" text="${b64('Mix one')}" x="0" y="320" w="100" h="20" color="gray" type="labelh"></control>
<control name="${b64('time')}" x="0" y="350" w="100" h="20" color="gray" type="timeh"></control>
</tabpage></layout>`;

describe('a layout of TouchOSC', () => {
  test('of the second kind brings controls, addresses, ranges, colours and pages', async () => {
    const { layout, left } = await importTouchOsc(await packed(bytes(TOSC), 'deflate'), '/osc');

    expect(layout.title).toBe('Show');
    expect(layout.pages.map((page) => page.name)).toEqual(['Main', 'Second']);
    const [fader, button, pad, dial, label] = layout.pages[0]!.controls;
    expect(fader).toMatchObject({ kind: 'fader', address: '/osc/fader1', min: 20, max: 200, colour: 'red', horizontal: false, x: 0, y: 0, w: 2, h: 10 });
    expect(button).toMatchObject({ kind: 'button', address: '/osc/cue/go', mode: 'toggle', on: 1, off: 0, x: 4, y: 0 });
    expect(pad).toMatchObject({ kind: 'pad', address: '/osc/xy1', form: 'list', x: 8, w: 8, h: 8 });
    expect(dial).toMatchObject({ kind: 'fader', address: '/osc/dial' });
    expect(label).toMatchObject({ kind: 'label', label: 'Hello', address: '' });
    expect(layout.pages[1]!.controls[0]).toMatchObject({ kind: 'fader', horizontal: true, address: '/osc/2/f' });
    expect(Object.fromEntries(left)).toEqual({ script: 1, encoder: 1, hidden: 1 });
    expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
  });

  test('of the first kind does, too', async () => {
    const { layout, left } = await importTouchOsc(await zip('index.xml', bytes(FIRST)), '');

    const controls = layout.pages[0]!.controls;
    expect(layout.pages[0]!.name).toBe('Mix');
    expect(controls[0]).toMatchObject({ kind: 'fader', address: '/Mix/fader1', max: 127, colour: 'green' });
    expect(controls[1]).toMatchObject({ kind: 'button', address: '/my/push', mode: 'momentary', colour: 'red' });
    expect(controls.slice(2, 6).map((control) => control.address)).toEqual([1, 2, 3, 4].map((i) => `/Mix/multi/${i}`));
    expect(controls.slice(6, 10).map((control) => control.address)).toEqual(['/Mix/grid/1/1', '/Mix/grid/1/2', '/Mix/grid/2/1', '/Mix/grid/2/2']);
    expect(controls[10]).toMatchObject({ kind: 'label', label: 'Mix one' });
    expect(Object.fromEntries(left)).toEqual({ timeh: 1 });
    expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
  });

  test.each([
    ['something else', bytes('hello'), /no layout of TouchOSC/],
    ['nothing', new Uint8Array(), /no layout of TouchOSC/],
    ['other XML', bytes('<html></html>'), /begins with <html>/],
    ['half a file', async () => (await packed(bytes(TOSC), 'deflate')).subarray(0, 200), /damaged/],
    ['an archive without layout', () => zip('other.xml', bytes(FIRST)), /no index.xml/],
    ['half an archive', async () => (await zip('index.xml', bytes(FIRST))).subarray(0, 60), /damaged/],
    ['a document type', bytes('<!DOCTYPE lexml [<!ENTITY a "b">]><lexml/>'), /document type/],
    ['a large file', new Uint8Array(5 * 1024 * 1024), /larger than 4 MiB/],
    ['no control', bytes("<lexml version='3'></lexml>"), /no control/],
    ['too deep', bytes(`<lexml version='3'>${"<node type='GROUP'><properties></properties><children>".repeat(60)}${'</children></node>'.repeat(60)}</lexml>`), /too many controls, or too many in each other/],
    [
      'few elements that stand for many controls',
      bytes(`<layout><tabpage name="">${'<control name="" type="multitoggle" number_x="32" number_y="32" x="0" y="0" w="9" h="9"/>'.repeat(30)}</tabpage></layout>`),
      /too many controls/,
    ],
  ])('refuses %s with a sentence', async (_, file, sentence) => {
    const content = typeof file === 'function' ? await file() : file;
    const attempt = importTouchOsc(content, '/osc');
    await expect(attempt).rejects.toThrow(sentence);
    await expect(attempt).rejects.toBeInstanceOf(Malformed);
  });

  test('has no more controls than a layout may have, and says so', async () => {
    const many = Array.from({ length: 500 }, (_, i) => node('BUTTON', frame(0, i, 10, 10))).join('');
    const { layout, left } = await importTouchOsc(
      bytes(`<lexml version='3'>${node('GROUP', frame(0, 0, 100, 100), `<children>${many}</children>`)}</lexml>`),
      '',
    );
    expect(layout.pages[0]!.controls).toHaveLength(400);
    expect(left.get('control')).toBe(100);
  });
});

describe('XML', () => {
  test('is read with its texts, entities and attributes', () => {
    const root = parseXml("\uFEFF<?xml version='1.0'?><!-- x --><a b='1 &amp; 2' c=\"&#65;&#x42;\">x<d/>&lt;<![CDATA[<y>&amp;]]> </a>\n");
    expect(root.tagName).toBe('a');
    expect(root.getAttribute('b')).toBe('1 & 2');
    expect(root.getAttribute('c')).toBe('AB');
    expect(root.getAttribute('d')).toBeNull();
    expect(root.textContent).toBe('x<<y>&amp; ');
    expect(root.children.map((child) => child.tagName)).toEqual(['d']);
  });

  test.each(['', '<a>', '<a></b>', '<a/><b/>', '</a>', '<a b=1/>', '<a', 'x<a/>', '<a><!-- </a>', '<!DOCTYPE a><a/>', '<a>'.repeat(300)])(
    'refuses %s',
    (text) => {
      expect(() => parseXml(text)).toThrow(Malformed);
    },
  );

  // What a careless pattern would need years for.
  test('refuses what goes on and on', { timeout: 60_000 }, () => {
    for (const hostile of ['<a '.repeat(100_000), '<a' + ' b="'.repeat(100_000), '<!--'.repeat(100_000), '&'.repeat(500_000)]) {
      expect(() => parseXml(`<x>${hostile}`)).toThrow(Malformed);
    }
  });
});

describe('unpacking', () => {
  test('stops when too much comes out', async () => {
    const bomb = await packed(new Uint8Array(10 * 1024 * 1024), 'deflate');
    expect(bomb.length).toBeLessThan(20_000);
    await expect(inflate(bomb, 'deflate', 1024 * 1024)).rejects.toThrow(/more than 1 MiB/);
    const archive = await zip('index.xml', new Uint8Array(10 * 1024 * 1024), 10);
    await expect(unzip(archive, 'index.xml', 1024 * 1024)).rejects.toThrow(/more than 1 MiB/);
  });

  test('never leaves the archive, whatever its directory says', async () => {
    const archive = await zip('index.xml', bytes(FIRST));
    for (let i = 0; i < archive.length; i++) {
      const bent = archive.slice();
      bent[i] = bent[i]! ^ 0xff;
      await unzip(bent, 'index.xml').catch((e: unknown) => expect(e, `byte ${i}`).toBeInstanceOf(Malformed));
    }
  });
});
