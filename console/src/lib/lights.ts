import type { Bridge, UniverseView } from './bridges';
import { pathText, rulesOf, samplePattern } from './mapping';
import type { FloatMode } from './universes';

/** Protocols of bridges to lights. */
const PROTOCOLS = ['artnet', 'sacn', 'dmx'];

/** Bridges to lights, by what they put their universes below. */
export function lightBridges(bridges: readonly Bridge[]): Bridge[] {
  return bridges.filter((bridge) => PROTOCOLS.includes(bridge.protocol));
}

/** The bridge of a universe, and its number: {@code /sacn/3} is 3 of the bridge at {@code /sacn}. */
export function bridgeOf(path: string, bridges: readonly Bridge[]): { bridge: Bridge; number: number } | null {
  for (const bridge of lightBridges(bridges)) {
    const rest = path.startsWith(`${bridge.namespace}/`) ? path.slice(bridge.namespace.length + 1) : '';
    if (/^\d{1,5}$/.test(rest)) {
      return { bridge, number: Number(rest) };
    }
  }
  return null;
}

/** How the bridge of a universe reads floats; 0 to 1 where no bridge is known. */
export function floatsOf(path: string, bridges: readonly Bridge[]): FloatMode {
  const definition = bridgeOf(path, bridges)?.bridge.definition;
  if (!definition) {
    return 'unit';
  }
  const said = definition.settings?.['float_mode'];
  if (typeof said === 'string' && said !== '') {
    return said.toLowerCase() === 'unit' ? 'unit' : 'raw';
  }
  const unit = definition['profile'] === 'standard' || definition.settings?.['slot_values'] === 'unit';
  return unit ? 'unit' : 'raw';
}

interface Fixture {
  name?: string;
  universe?: number;
  address?: number;
}

/** What is behind the cells of a universe: rules of its bridge and of others, and fixtures. By slot, from 1. */
export function labelsOf(path: string, bridges: readonly Bridge[]): Map<number, string[]> {
  const labels = new Map<number, string[]>();
  const add = (slot: number, text: string) => {
    const list = labels.get(slot) ?? [];
    if (list.length < 8 && !list.includes(text)) {
      labels.set(slot, [...list, text]);
    }
  };
  const own = bridgeOf(path, bridges);
  for (const bridge of bridges) {
    for (const rule of rulesOf(bridge.definition.mapping)?.rules ?? []) {
      if (rule.enabled === false) {
        continue;
      }
      if (own?.bridge === bridge) {
        const pattern = samplePattern(rule.from);
        for (let slot = 1; slot <= 512; slot++) {
          if (pattern.test(`/${own.number}/${slot}`)) {
            add(slot, pathText(rule.to).replaceAll('\n', ', '));
          }
        }
      } else {
        const pattern = samplePattern(rule.to, bridge.namespace);
        for (let slot = 1; slot <= 512; slot++) {
          if (pattern.test(`${path}/${slot}`)) {
            add(slot, `${bridge.name}: ${pathText(rule.from).replaceAll('\n', ', ')}`);
          }
        }
      }
    }
  }
  const fixtures = own?.bridge.definition.settings?.['fixtures'];
  if (own && Array.isArray(fixtures)) {
    for (const { name, universe, address } of fixtures as Fixture[]) {
      if (typeof name === 'string' && universe === own.number && typeof address === 'number') {
        add(address, `${own.bridge.namespace}/fixture/${name}`);
      }
    }
  }
  return labels;
}

/** Somebody or something in the network that a bridge to lights knows. */
export interface LightNode {
  bridge: string;
  kind: 'node' | 'source' | 'device';
  name: string;
  address: string;
  /** Universes that it outputs, sends or sits in. */
  universes: string;
  detail: string;
}

type Tree = Record<string, unknown>;
const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : text(value));

/** ArtPoll replies, sACN sources that tell of themselves, RDM devices. */
export function nodesOf(bridges: readonly Bridge[]): LightNode[] {
  const nodes: LightNode[] = [];
  for (const bridge of lightBridges(bridges)) {
    const details = bridge.details ?? {};
    for (const node of (details['nodes'] ?? []) as Tree[]) {
      nodes.push({
        bridge: bridge.name,
        kind: 'node',
        name: text(node['name']) || text(node['long_name']),
        address: text(node['address']),
        universes: [list(node['outputs']), list(node['inputs'])].filter((each) => each !== '').join(' / '),
        detail: [text(node['style']), text(node['report'])].filter((each) => each !== '').join(', '),
      });
    }
    for (const [cid, source] of Object.entries((details['discovered'] ?? {}) as Record<string, Tree>)) {
      nodes.push({
        bridge: bridge.name,
        kind: 'source',
        name: text(source['name']) || cid,
        address: text(source['address']),
        universes: list(source['universes']),
        detail: cid,
      });
    }
    for (const [uid, device] of Object.entries((details['rdm_devices'] ?? {}) as Record<string, Tree>)) {
      nodes.push({
        bridge: bridge.name,
        kind: 'device',
        name: text(device['label']) || text(device['model']) || uid,
        address: uid,
        universes: text(device['universe']),
        detail: [text(device['manufacturer']), text(device['start_address'])].filter((each) => each !== '').join(', '),
      });
    }
  }
  return nodes;
}

/** Frames a second of each source and of what leaves, between two looks. */
export function frameRates(
  before: UniverseView | null,
  now: UniverseView,
  seconds: number,
): { sources: Map<string, number>; out: number | null } {
  const sources = new Map<string, number>();
  if (!before || seconds <= 0) {
    return { sources, out: null };
  }
  for (const source of now.in?.sources ?? []) {
    const old = before.in?.sources.find((each) => each.id === source.id);
    if (old && source.frames >= old.frames) {
      sources.set(source.id, (source.frames - old.frames) / seconds);
    }
  }
  const out =
    now.out && before.out && now.out.frames >= before.out.frames ? (now.out.frames - before.out.frames) / seconds : null;
  return { sources, out };
}
