import { expect, test } from 'vitest';
import type { Bridge } from '../src/lib/bridges';
import { exported, imported, losesSecrets, MASK, withSecrets } from '../src/lib/bridgefile';
import { flowOf, layoutOf, linkOf, MOST_SESSIONS, thickness } from '../src/lib/flow';
import type { Session, Status } from '../src/lib/status';

function bridge(name: string, direction?: string): Bridge {
  return {
    name,
    protocol: 'osc',
    namespace: '/osc',
    state: 'running',
    detail: '',
    counts: { in: 0, out: 0, dropped: 0 },
    definition: { name, protocol: 'osc', ...(direction ? { direction } : {}) },
  };
}

function session(id: string): Session {
  return { id, name: `s${id}`, transport: 'websocket', connected: id } as Session;
}

test('bridges and sessions are on the sides where they speak', () => {
  const flow = flowOf(
    [bridge('desk'), bridge('in', 'in'), bridge('out', 'out')],
    new Map([['desk', { in: 5, out: 2 }]]),
    {
      sessions: [
        session('2'),
        session('1'),
        session('me'),
        { ...session('0'), name: 'bridge:desk', transport: 'local' },
      ],
    } as Status,
    new Map([['1', { messagesIn: 3, messagesOut: 0 }]]),
    'me',
  );
  expect(flow.sources.map((node) => node.name)).toEqual(['desk', 'in', 's1', 's2']);
  expect(flow.targets.map((node) => node.name)).toEqual(['desk', 'out', 's1', 's2']);
  expect(flow.sources.map((node) => node.rate)).toEqual([5, null, 3, null]);
});

test('many sessions are one', () => {
  const sessions = Array.from({ length: MOST_SESSIONS + 4 }, (_, i) => session(String(i + 10)));
  const rates = new Map(sessions.map((each) => [each.id, { messagesIn: 1, messagesOut: 2 }]));
  const flow = flowOf([], new Map(), { sessions } as Status, rates, '');
  expect(flow.sources).toHaveLength(MOST_SESSIONS + 1);
  expect(flow.targets.at(-1)).toMatchObject({ kind: 'more', name: '4', rate: 8 });
});

test('the layout keeps columns apart at any width, and no box over another', () => {
  const flow = flowOf([bridge('a'), bridge('b'), bridge('c', 'in')], new Map(), null, new Map(), '');
  for (const width of [330, 800, 1600]) {
    const layout = layoutOf(flow, width);
    expect(layout.sources[0]!.x + layout.sources[0]!.width).toBeLessThan(layout.hub.x);
    expect(layout.hub.x + layout.hub.width).toBeLessThan(layout.targets[0]!.x);
    for (const box of [...layout.sources, ...layout.targets]) {
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
    }
    expect(layout.sources[1]!.y).toBeGreaterThan(layout.sources[0]!.y + layout.sources[0]!.height);
  }
  expect(linkOf({ x: 0, y: 0, width: 10, height: 10 }, { x: 50, y: 0, width: 10, height: 10 }, 0.5, 'to')).toMatch(
    /^M10.0 5.0C/,
  );
  expect(thickness(null)).toBe(1);
  expect(thickness(100_000)).toBe(9);
  expect(thickness(5)).toBeGreaterThan(thickness(1));
});

test('files of bridges have no secrets, and come back', () => {
  const file = exported([
    { name: 'home', protocol: 'mqtt', settings: { broker: 'x', password: MASK, tree: [{ token: MASK, a: 1 }] } },
  ]);
  expect(file.text).not.toContain('*');
  expect(file.secrets).toEqual(['home: password', 'home: tree[0]: token']);
  expect(imported(file.text).bridges).toEqual([
    { name: 'home', protocol: 'mqtt', settings: { broker: 'x', tree: [{ a: 1 }] } },
  ]);
  expect(imported('[{"protocol":"osc"}]').bridges).toEqual([{ name: 'osc', protocol: 'osc' }]);
  expect(imported('{"protocol":"osc","name":"a"}').bridges).toHaveLength(1);
  expect(() => imported('{"bridges":[{"name":"x"}]}')).toThrow();
  expect(() => imported('nonsense')).toThrow();
});

test('the routers that the user knows are in the file, and nothing else of them', () => {
  const routers = [{ name: 'stage', url: 'http://stage.local:7330/' }];
  const { text } = exported([{ name: 'a', protocol: 'osc' }], routers);
  expect(imported(text)).toEqual({ bridges: [{ name: 'a', protocol: 'osc' }], routers });
  expect(JSON.parse(exported([]).text)).toEqual({ bridges: [] });
  expect(imported('{"routers":[{"name":"x","url":"http://x/","token":"secret"},null]}')).toEqual({
    bridges: [],
    routers: [{ name: 'x', url: 'http://x/' }, { name: '', url: '' }],
  });
});

test('a bridge keeps its secrets when a file without them changes nothing else of its settings', () => {
  const before = { name: 'home', protocol: 'mqtt', settings: { broker: 'x', password: MASK, tree: [{ token: MASK, a: 1 }] } };
  const [same] = imported(exported([before]).text).bridges;
  expect(withSecrets({ ...same!, direction: 'in' }, before)).toEqual({ ...before, direction: 'in' });
  expect(withSecrets({ ...same!, settings: { tree: [{ a: 1 }], broker: 'x' } }, before).settings).toBe(before.settings);
  expect(losesSecrets(same!, before)).toBe(false);
  expect(losesSecrets({ name: 'home', protocol: 'mqtt' }, { name: 'home', protocol: 'mqtt' })).toBe(false);
});

test('no file sends a secret to another place', () => {
  const before = { name: 'home', protocol: 'mqtt', settings: { broker: 'x', password: MASK } };
  const [elsewhere] = imported(JSON.stringify([{ ...before, settings: { broker: 'y', password: MASK } }])).bridges;
  expect(withSecrets(elsewhere!, before).settings).toEqual({ broker: 'y' });
  expect(losesSecrets(elsewhere!, before)).toBe(true);
  expect(withSecrets({ ...elsewhere!, protocol: 'osc', settings: { broker: 'x' } }, before).settings).toEqual({ broker: 'x' });
  // A list of secrets has none left.
  expect(exported([{ name: 'a', protocol: 'websocket', settings: { headers: [MASK, 'plain'] } }])).toMatchObject({
    secrets: ['a: headers[0]'],
  });
  expect(exported([{ name: 'a', protocol: 'websocket', settings: { headers: [MASK] } }]).text).not.toContain('*');
});
