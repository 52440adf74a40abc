import { expect, test } from 'vitest';
import type { Bridge } from '../src/lib/bridges';
import { between, gridOf, slotAt, stepped } from '../src/lib/lightgrid';
import { bridgeOf, floatsOf, frameRates, labelsOf, nodesOf } from '../src/lib/lights';

function bridge(name: string, protocol: string, namespace: string, more: Partial<Bridge> = {}): Bridge {
  return {
    name,
    protocol,
    namespace,
    state: 'running',
    detail: '',
    counts: { in: 0, out: 0, dropped: 0 },
    definition: { name, protocol },
    ...more,
  };
}

test('cells are where they are drawn', () => {
  const grid = gridOf(800, false);
  expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(512);
  for (const slot of [1, 2, grid.columns, grid.columns + 1, 512]) {
    const x = ((slot - 1) % grid.columns) * grid.width + 1;
    const y = Math.floor((slot - 1) / grid.columns) * grid.height + 1;
    expect(slotAt(grid, x, y)).toBe(slot);
  }
  expect(slotAt(grid, -1, 5)).toBe(0);
  expect(slotAt(grid, 5, grid.rows * grid.height + 1)).toBe(0);
  expect(gridOf(360, true).columns).toBe(8);
  expect(between(5, 3)).toEqual([3, 4, 5]);
  expect(stepped(grid, 1, 'ArrowLeft')).toBe(1);
  expect(stepped(grid, 1, 'ArrowDown')).toBe(1 + grid.columns);
  expect(stepped(grid, 1, 'x')).toBeNull();
});

test('a universe has a bridge, and its cells have names', () => {
  const all = [
    bridge('rig', 'sacn', '/house/lights', {
      definition: {
        name: 'rig',
        protocol: 'sacn',
        settings: { fixtures: [{ name: 'spot1', universe: 3, address: 10 }] },
        mapping: { rules: [{ from: '/3/{n}', to: '/l/{n}' }, { from: '/4/1', to: '/x', enabled: false }] },
      },
    }),
    bridge('desk', 'osc', '/osc', {
      definition: { name: 'desk', protocol: 'osc', mapping: [{ from: '/f1', to: '/house/lights/3/7' }] },
    }),
  ];
  expect(bridgeOf('/house/lights/3', all)).toMatchObject({ number: 3 });
  expect(bridgeOf('/artnet/3', all)).toBeNull();
  const labels = labelsOf('/house/lights/3', all);
  expect(labels.get(7)).toEqual(['/l/{n}', 'desk: /f1']);
  expect(labels.get(10)).toEqual(['/l/{n}', '/house/lights/fixture/spot1']);
  expect(labelsOf('/house/lights/4', all).size).toBe(0);
});

test('floats mean what the bridge of the universe says', () => {
  const rig = (more: object) =>
    bridge('rig', 'sacn', '/sacn', { definition: { name: 'rig', protocol: 'sacn', ...more } });
  expect(floatsOf('/sacn/1', [])).toBe('unit');
  expect(floatsOf('/sacn/1', [rig({})])).toBe('raw');
  expect(floatsOf('/sacn/1', [rig({ profile: 'standard' })])).toBe('unit');
  expect(floatsOf('/sacn/1', [rig({ profile: 'standard', settings: { float_mode: 'raw' } })])).toBe('raw');
  expect(floatsOf('/sacn/1', [rig({ settings: { float_mode: 'unit' } })])).toBe('unit');
  expect(floatsOf('/dmx/1', [rig({})])).toBe('unit');
});

test('nodes, sources and devices are one list', () => {
  const found = nodesOf([
    bridge('a', 'artnet', '/artnet', {
      details: {
        nodes: [{ name: 'Node', address: '10.0.0.1', outputs: [0, 1], inputs: [], style: 'node' }],
        rdm_devices: { '7a70:1': { model: 'Par', universe: 2, manufacturer: 'X', start_address: 9 } },
      },
    }),
    bridge('s', 'sacn', '/sacn', { details: { discovered: { cid1: { name: 'Desk', universes: [1, 2] } } } }),
    bridge('o', 'osc', '/osc', { details: { nodes: [{ name: 'no light' }] } }),
  ]);
  expect(found.map((node) => [node.kind, node.name, node.universes])).toEqual([
    ['node', 'Node', '0, 1'],
    ['device', 'Par', '2'],
    ['source', 'Desk', '1, 2'],
  ]);
});

test('frames a second', () => {
  const view = (frames: number, out: number) => ({
    in: {
      merge: 'htp',
      sources: [{ id: 'a', name: '', address: '', slot_priorities: false, slots: 1, frames }],
      owners: [],
    },
    out: { levels: [], frames: out, blackout: false, master: 1 },
  });
  const rates = frameRates(view(10, 5), view(54, 27), 1);
  expect(rates.sources.get('a')).toBe(44);
  expect(rates.out).toBe(22);
  expect(frameRates(null, view(1, 1), 1).sources.size).toBe(0);
  expect(frameRates(view(9, 9), view(1, 1), 1)).toEqual({ sources: new Map(), out: null });
});
