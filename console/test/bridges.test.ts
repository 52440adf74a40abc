import { Api, Refused } from '../src/lib/api';
import { afterEach, expect, test, vi } from 'vitest';
import {
  bridgeRates,
  Bridges,
  fieldText,
  fieldValue,
  fieldProblem,
  pollBridges,
  settingGroup,
  valueOf,
  type Bridge,
  type Setting,
} from '../src/lib/bridges';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function bridge(name: string, received: number, sent: number): Bridge {
  return {
    name,
    protocol: 'osc',
    namespace: '/osc',
    state: 'running',
    detail: '',
    counts: { in: received, out: sent, dropped: 0 },
    definition: { name, protocol: 'osc' },
  };
}

function setting(kind: Setting['kind']): Setting {
  return { name: 'x', kind, standard: null, description: '', choices: [] };
}

test('rates are differences by time, and nothing for a bridge that began anew', () => {
  const rates = bridgeRates([bridge('a', 10, 5), bridge('b', 100, 0)], [bridge('a', 30, 5), bridge('b', 1, 0)], 2);
  expect(rates.get('a')).toEqual({ in: 10, out: 0 });
  expect(rates.has('b')).toBe(false);
  expect(bridgeRates([], [bridge('a', 1, 1)], 1).size).toBe(0);
});

test('what is typed is JSON or text', () => {
  expect(valueOf('0.5')).toBe(0.5);
  expect(valueOf(' [1, 2] ')).toEqual([1, 2]);
  expect(valueOf('go')).toBe('go');
  expect(valueOf('')).toBeNull();
});

test('fields of a form by the kind of the setting', () => {
  expect(fieldValue(setting('integer'), '7')).toBe(7);
  expect(fieldValue(setting('integer'), 'x')).toBe('x');
  expect(fieldValue(setting('switch'), 'true')).toBe(true);
  expect(fieldValue(setting('list'), 'a, b,')).toEqual(['a', 'b']);
  expect(fieldValue(setting('list'), '["a,b"]')).toEqual(['a,b']);
  expect(fieldValue(setting('tree'), '{"a":1}')).toEqual({ a: 1 });
  expect(fieldValue(setting('text'), ' 7 ')).toBe('7');
  expect(fieldValue(setting('text'), ' ')).toBeUndefined();
  expect(fieldText(['a', 'b'])).toBe('a, b');
  expect(fieldText({ a: 1 })).toBe('{"a":1}');
  expect(fieldText(null)).toBe('');
});

test('what a form does not change comes back as it was', () => {
  const trees: unknown[] = [
    ['/dev/ttyUSB0?universe=1', '/dev/ttyUSB1?universe=2'],
    [],
    [{ a: 1 }],
    'text',
    '5',
    'a, b',
    '',
    ' x',
    7,
    false,
  ];
  for (const tree of trees) {
    expect(fieldValue(setting('tree'), fieldText(tree, 'tree'))).toEqual(tree);
  }
  for (const list of [['a', 'b'], ['a,b', 'c'], ['[x]'], [' a'], ['']]) {
    expect(fieldValue(setting('list'), fieldText(list, 'list'))).toEqual(list);
  }
  expect(fieldValue(setting('list'), fieldText([], 'list'))).toEqual([]);
});

test('settings are grouped, and what cannot be is said at the field', () => {
  expect(settingGroup(setting('secret'))).toBe('security');
  expect(settingGroup({ ...setting('list'), name: 'allow' })).toBe('security');
  expect(settingGroup({ ...setting('endpoint'), name: 'somewhere' })).toBe('connection');
  expect(settingGroup({ ...setting('text'), name: 'broker' })).toBe('connection');
  expect(settingGroup({ ...setting('integer'), name: 'receive_buffer' })).toBe('advanced');
  expect(fieldProblem(setting('integer'), '1.5')).toBe('integer');
  expect(fieldProblem(setting('integer'), ' -3 ')).toBeNull();
  expect(fieldProblem(setting('duration'), '250ms')).toBeNull();
  expect(fieldProblem(setting('duration'), 'soon')).toBe('duration');
  expect(fieldProblem(setting('tree'), '{"a":')).toBe('tree');
  expect(fieldProblem(setting('tree'), '')).toBeNull();
});

test('calls carry the token and say that they are meant; a refusal keeps its sentence', async () => {
  const calls: [string, RequestInit][] = [];
  let answer = new Response('{"bridges":[]}');
  vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
    calls.push([url, options]);
    return Promise.resolve(answer);
  });
  const bridges = new Bridges(new Api('http://router/x/', () => 'secret'));
  expect(await bridges.list()).toEqual([]);
  expect(calls[0]?.[0]).toBe('http://router/x/admin/v1/bridges');
  expect((calls[0]?.[1].headers as Record<string, string>)['Authorization']).toBe('Bearer secret');

  answer = new Response(null, { status: 204 });
  await bridges.save({ name: 'a b', protocol: 'osc' }, false);
  expect(calls[1]?.[0]).toBe('http://router/x/admin/v1/bridges/a%20b');
  expect(calls[1]?.[1].method).toBe('PUT');
  expect((calls[1]?.[1].headers as Record<string, string>)['X-Clasp-Admin']).toBe('1');

  answer = new Response('the port is taken\n', { status: 409 });
  await expect(bridges.act('a', 'enable')).rejects.toThrow(new Refused('the port is taken', 409));
});

test('the list is asked for until it is enough', async () => {
  vi.useFakeTimers();
  let works = true;
  vi.stubGlobal('fetch', () =>
    Promise.resolve(works ? new Response('{"bridges":[]}') : new Response('no', { status: 403 })),
  );
  const heard: string[] = [];
  const poll = pollBridges(new Bridges(new Api('http://router/', () => '')), {
    answered: () => heard.push('answered'),
    failed: (why) => heard.push(why),
  });
  await vi.advanceTimersByTimeAsync(0);
  works = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(heard).toEqual(['answered', 'no']);
  // Who may not see it does not ask every second.
  await vi.advanceTimersByTimeAsync(14_000);
  expect(heard).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(heard).toEqual(['answered', 'no', 'no']);
  poll.stop();
  // A change that was asked for before the screen was left ends after it.
  await poll.again();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toHaveLength(3);
});

test('an answer from before a change is not told after it', async () => {
  vi.useFakeTimers();
  const answers: ((list: Bridge[]) => void)[] = [];
  const list = () => new Promise<Bridge[]>((resolve) => answers.push(resolve));
  const heard: string[][] = [];
  const poll = pollBridges({ list } as unknown as Bridges, {
    answered: (bridges) => heard.push(bridges.map((each) => each.name)),
    failed: () => heard.push(['failed']),
  });
  // Asked for the first time; then a is removed, and the list asked for again.
  const again = poll.again();
  answers[1]!([bridge('b', 0, 0)]);
  await again;
  answers[0]!([bridge('a', 0, 0), bridge('b', 0, 0)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual([['b']]);
  // It goes on every second, once.
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(3);
  poll.stop();
  answers[2]!([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toHaveLength(1);
  expect(answers).toHaveLength(3);
});
