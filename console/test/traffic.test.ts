import { describe, expect, it } from 'vitest';
import { encode, type Message } from '../src/clasp';
import { addressesOf, KindRates, KINDS, kindOf, sessionsOf, Traffic, TrafficView } from '../src/lib/traffic';
import { compileTraffic, NO_FILTER } from '../src/lib/trafficFilter';
import { fileParts, floatText, hexDump, jsonLine, summaryOf, textLine, toJson, valueText } from '../src/lib/trafficText';

const set = (address: string, value: number | bigint | string = 0.5): Message => ({ type: 'SET', address, value });

function add(traffic: Traffic, message: Message, out = false, at = 0) {
  return traffic.add(out, message, encode(message), at, 'me-1234');
}

describe('the traffic of a connection', () => {
  it('keeps the newest, and counts all', () => {
    const traffic = new Traffic(3);
    for (let i = 1; i <= 5; i++) {
      add(traffic, set(`/a/${i}`));
    }

    expect(traffic.all().map((entry) => entry.address)).toEqual(['/a/3', '/a/4', '/a/5']);
    expect(traffic.total).toBe(5);
    expect(traffic.counts.set).toBe(5);
    expect(traffic.get(2)).toBeUndefined();
    expect(traffic.get(6)).toBeUndefined();
    expect(traffic.get(3)?.address).toBe('/a/3');
  });

  it('is bounded in bytes too, and always keeps the newest', () => {
    const traffic = new Traffic(1_000, 30_000);
    for (let i = 0; i < 50; i++) {
      add(traffic, set('/a', 'x'.repeat(10_000)));
    }
    expect(traffic.length).toBe(2);

    add(traffic, set('/big', 'x'.repeat(60_000)));
    expect(traffic.all().map((entry) => entry.address)).toEqual(['/big']);
  });

  it('keeps bytes of its own, not those of the socket', () => {
    const traffic = new Traffic();
    const frame = encode(set('/a'));
    const before = [...frame];
    const entry = traffic.add(false, set('/a'), frame, 0);
    frame.fill(0);

    expect([...entry.frame]).toEqual(before);
  });

  it('never keeps a token, neither as text nor as bytes', () => {
    const traffic = new Traffic();
    const hello: Message = { type: 'HELLO', version: 1, features: [], name: 'page', token: 'cpsk_secret' };
    const entry = traffic.add(true, hello, encode(hello), 0);

    expect(entry.bytes).toBe(encode(hello).length);
    expect(entry.frame.length).toBe(0);
    expect(textLine(entry) + jsonLine(entry) + JSON.stringify(entry.message)).not.toContain('secret');
    expect(hello.token).toBe('cpsk_secret');
  });

  it('says who sent a message as far as the message does', () => {
    const traffic = new Traffic();
    const param = { address: '/a', value: 1, revision: 3, writer: 'writer-1' };

    expect(add(traffic, set('/a'), true).session).toBe('me-1234');
    expect(add(traffic, set('/a')).session).toBe('');
    expect(add(traffic, { type: 'SNAPSHOT', params: [param] }).session).toBe('writer-1');
    expect(sessionsOf(add(traffic, { type: 'SNAPSHOT', params: [param, { ...param, writer: 'writer-2' }] }))).toEqual([
      'writer-1',
      'writer-2',
    ]);
  });

  it('measures numbers by the range of their address', () => {
    const traffic = new Traffic();
    add(traffic, set('/a', 0.5));
    add(traffic, set('/b', 200));
    add(traffic, set('/b', -200n));

    expect(traffic.level('/a', 0.5)).toBe(0.5);
    expect(traffic.level('/b', 0)).toBe(0.5);
    expect(traffic.level('/b', Number.NaN)).toBe(0);
  });

  it('finds the last numbers of an address', () => {
    const traffic = new Traffic();
    for (let i = 0; i < 100; i++) {
      add(traffic, set(i % 2 === 0 ? '/even' : '/odd', i));
    }
    add(traffic, set('/even', 'text'));

    expect(traffic.numbers('/even', 3)).toEqual([94, 96, 98]);
    expect(traffic.numbers('/nothing', 3)).toEqual([]);
    expect(traffic.numbers('/odd', 2, 10)).toEqual([7, 9]);
  });

  it('counts by kind and tells rates', () => {
    const traffic = new Traffic();
    const rates = new KindRates();
    rates.look(traffic.counts, 1_000);
    for (let i = 0; i < 30; i++) {
      add(traffic, set('/a'));
    }
    add(traffic, { type: 'PUBLISH', address: '/e', signal: 'event' });
    rates.look(traffic.counts, 3_000);

    expect(rates.of('set')).toBe(15);
    expect(rates.of('event')).toBe(0.5);
    expect(rates.all).toBe(15.5);
  });

  it('has a kind for every message', () => {
    const of = (message: Message) => kindOf(message);
    expect(of({ type: 'PUBLISH', address: '/a', signal: 'gesture' })).toBe('gesture');
    expect(of({ type: 'UNSUBSCRIBE', id: 1 })).toBe('subscribe');
    expect(of({ type: 'SYNC', t1: 1 })).toBe('ping');
    expect(of({ type: 'REPLAY', pattern: '/**' })).toBe('other');
    expect(KINDS).toContain('other');
  });

  it('knows the addresses inside of bundles and snapshots', () => {
    expect(
      addressesOf({ type: 'BUNDLE', messages: [set('/a'), { type: 'PUBLISH', address: '/b', signal: 'event' }] }),
    ).toEqual(['/a', '/b']);
  });
});

describe('what is shown of it', () => {
  it('is what matches, as it comes', () => {
    const traffic = new Traffic(10);
    const view = new TrafficView(traffic);
    view.filter((entry) => entry.address.startsWith('/a'));
    add(traffic, set('/a/1'));
    add(traffic, set('/b/1'));
    expect(view.shown().map((entry) => entry.address)).toEqual(['/a/1']);
    add(traffic, set('/a/2'));
    expect(view.shown().map((entry) => entry.address)).toEqual(['/a/1', '/a/2']);

    view.filter(() => true);
    expect(view.shown()).toHaveLength(3);
  });

  it('forgets what the traffic has forgotten', () => {
    const traffic = new Traffic(3);
    const view = new TrafficView(traffic);
    for (let i = 0; i < 10; i++) {
      add(traffic, set(`/a/${i}`));
      view.shown();
    }
    expect(view.shown().map((entry) => entry.address)).toEqual(['/a/7', '/a/8', '/a/9']);
  });

  it('stands still while paused, counts on, and can be filtered meanwhile', () => {
    const traffic = new Traffic(3);
    const view = new TrafficView(traffic);
    add(traffic, set('/a/1'));
    add(traffic, set('/b/2'));
    view.pause();
    for (let i = 0; i < 10; i++) {
      add(traffic, set(`/c/${i}`));
    }

    expect(view.shown().map((entry) => entry.address)).toEqual(['/a/1', '/b/2']);
    expect(view.waiting).toBe(10);
    expect(traffic.total).toBe(12);
    view.filter((entry) => entry.address === '/b/2');
    expect(view.shown().map((entry) => entry.address)).toEqual(['/b/2']);
    view.filter(() => true);
    view.resume();
    expect(view.shown().map((entry) => entry.address)).toEqual(['/c/7', '/c/8', '/c/9']);
    expect(view.waiting).toBe(0);
  });

  it('is empty when it was cleared, paused or not', () => {
    const traffic = new Traffic();
    const view = new TrafficView(traffic);
    add(traffic, set('/a'));
    view.pause();
    view.clear();
    expect(view.shown()).toEqual([]);
    add(traffic, set('/b'));
    expect(view.shown()).toEqual([]);
    expect(view.waiting).toBe(1);
    view.resume();
    expect(view.shown().map((entry) => entry.address)).toEqual(['/b']);
    view.clear();
    expect(view.shown()).toEqual([]);
    expect(traffic.total).toBe(0);
  });

  it('shows the same as a filter over all, however messages come', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let round = 0; round < 20; round++) {
      const traffic = new Traffic(1 + random(20));
      const view = new TrafficView(traffic);
      let accepts = (_: { address: string }) => true;
      for (let step = 0; step < 120; step++) {
        const what = random(12);
        if (what === 0) {
          const digit = String(random(3));
          accepts = (entry) => entry.address.endsWith(digit);
          view.filter(accepts);
        } else if (what === 1 && !view.paused) {
          expect(view.shown()).toEqual(traffic.all().filter(accepts));
        } else {
          add(traffic, set(`/x/${random(5)}`));
        }
      }
      expect(view.shown()).toEqual(traffic.all().filter(accepts));
    }
  });
});

describe('the filter', () => {
  const traffic = new Traffic();
  const sent = add(traffic, set('/osc/fader', 'Sunset'), true);
  const event = add(traffic, { type: 'PUBLISH', address: '/cue/go', signal: 'event', value: { cue: 'intro' } });
  const snapshot = add(traffic, {
    type: 'SNAPSHOT',
    params: [
      { address: '/osc/a', value: 1, revision: 1, writer: 'abc' },
      { address: '/midi/b', value: 2, revision: 1 },
    ],
  });
  const error = add(traffic, { type: 'ERROR', code: 301, message: 'not allowed', address: '/secret' });
  const all = [sent, event, snapshot, error];
  const shown = (filter: Partial<typeof NO_FILTER>) => all.filter(compileTraffic({ ...NO_FILTER, ...filter }));

  it('lets all pass that is not asked about', () => {
    expect(shown({})).toEqual(all);
  });

  it('knows direction, kind, namespace, address, session and text', () => {
    expect(shown({ direction: 'out' })).toEqual([sent]);
    expect(shown({ direction: 'in', hidden: new Set(['event', 'error']) })).toEqual([snapshot]);
    expect(shown({ namespace: '/osc' })).toEqual([sent, snapshot]);
    expect(shown({ namespace: '/os' })).toEqual([]);
    expect(shown({ address: '/cue/*' })).toEqual([event]);
    expect(shown({ address: 'osc fader' })).toEqual([sent]);
    expect(shown({ session: 'ABC' })).toEqual([snapshot]);
    expect(shown({ session: 'me' })).toEqual([sent]);
    expect(shown({ text: 'SUNSET' })).toEqual([sent]);
    expect(shown({ text: 'intro' })).toEqual([event]);
    expect(shown({ text: 'not allowed' })).toEqual([error]);
    expect(shown({ text: 'midi' })).toEqual([snapshot]);
    expect(shown({ text: 'osc', direction: 'in' })).toEqual([snapshot]);
  });
});

describe('messages as text', () => {
  it('tells integers from floats', () => {
    expect(valueText(1n)).toBe('1');
    expect(valueText(1)).toBe('1.0');
    expect(floatText(-0)).toBe('-0.0');
    expect(floatText(1e21)).toBe('1e+21');
    expect(floatText(Number.NaN)).toBe('NaN');
    expect(valueText({ a: [1n, null, true], b: new Uint8Array([1, 255]) })).toBe('{"a": [1, null, true], "b": <2 bytes 01 ff>}');
  });

  it('is bounded', () => {
    expect(summaryOf(set('/a', 'x'.repeat(60_000))).length).toBeLessThanOrEqual(120);
    expect(summaryOf({ type: 'PUBLISH', address: '/a', signal: 'stream', samples: new Array<number>(8_000).fill(0.1) })).toContain('8000 ×');
  });

  it('exports one line for each message, whatever is in it', () => {
    const traffic = new Traffic();
    const entry = add(traffic, set('/a', 'two\nlines\tand\u2028more'), true, Date.UTC(2026, 0, 1));

    expect(textLine(entry).split('\n')).toHaveLength(1);
    expect(textLine(entry).split('\t')).toHaveLength(7);
    expect(textLine(entry)).toMatch(/^2026-01-01T00:00:00\.000Z\tout\tset\t\/a\t/);
    expect(JSON.parse(jsonLine(entry))).toMatchObject({ direction: 'out', kind: 'set', address: '/a', value: 'two\nlines\tand\u2028more' });
  });

  it('exports every value so that JSON can carry it', () => {
    expect(toJson({ a: 5n, b: 2n ** 60n, c: new Uint8Array([1, 2, 3]), d: Number.NaN, e: [undefined, 1.5] })).toEqual({
      a: 5,
      b: { $int: '1152921504606846976' },
      c: { $bytes: 'AQID' },
      d: { $float: 'NaN' },
      e: [undefined, 1.5],
    });
  });

  it('makes files in parts', () => {
    const traffic = new Traffic(2_000);
    for (let i = 0; i < 1_201; i++) {
      add(traffic, set('/a', i));
    }
    const parts = [...fileParts(traffic.all(), jsonLine)];
    expect(parts).toHaveLength(3);
    expect(parts.join('').trimEnd().split('\n')).toHaveLength(1_201);
    expect([...fileParts([], jsonLine)]).toEqual([]);
  });

  it('shows bytes as people know it', () => {
    expect(hexDump(new TextEncoder().encode('Hello, CLASP, 17+'))).toEqual([
      '0000  48 65 6c 6c 6f 2c 20 43 4c 41 53 50 2c 20 31 37  Hello, CLASP, 17',
      '0010  2b                                               +',
    ]);
    expect(hexDump(new Uint8Array(10_000), 32)).toHaveLength(2);
  });
});
