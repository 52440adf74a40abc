import { Refused, type Api } from './api';
import type { Catalogue } from './transforms';

/** What the admin API says of bridges; see docs/admin-api.md. */

export type BridgeState = 'stopped' | 'starting' | 'running' | 'degraded' | 'waiting' | 'failed';

export interface Definition {
  name: string;
  protocol: string;
  namespace?: string;
  direction?: string;
  enabled?: boolean;
  settings?: Record<string, unknown>;
  mapping?: unknown;
  [more: string]: unknown;
}

export interface Bridge {
  name: string;
  protocol: string;
  namespace: string;
  state: BridgeState;
  /** How it works, or why not. */
  detail: string;
  last_error?: string;
  retry_seconds?: number;
  /** Where it is written down, if it cannot be changed here. */
  fixed?: string;
  last_activity?: string;
  last_error_at?: string;
  counts: { in: number; out: number; dropped: number } & Record<string, number>;
  latency_in?: Latency;
  latency_out?: Latency;
  /** Of the protocol: peers, ports, nodes, sources. */
  details?: Record<string, unknown>;
  definition: Definition;
}

/** In microseconds. */
export interface Latency {
  count: number;
  p50_us: number;
  p99_us: number;
  max_us: number;
}

/** What the device has sent under one path. */
export interface Source {
  address: string;
  value: unknown;
  type: string;
  peer?: string;
  count: number;
  age_seconds: number;
}

/** Something of the router's machine that a setting can name. */
export interface Device {
  value: string;
  title: string;
}

export interface Devices {
  devices: Record<string, Device[]>;
  /** Why something may be missing. */
  notes: string[];
}

/** One universe of a bridge to lights. */
export interface UniverseView {
  in?: {
    merge: string;
    sources: {
      id: string;
      name: string;
      address: string;
      priority?: number;
      slot_priorities: boolean;
      slots: number;
      frames: number;
      age_seconds?: number;
    }[];
    /** For each slot the place in the list of sources, −1 for none. */
    owners: number[];
  };
  out?: { levels: number[]; frames: number; blackout: boolean; master: number };
}

export interface Setting {
  name: string;
  kind: 'text' | 'secret' | 'switch' | 'integer' | 'number' | 'duration' | 'endpoint' | 'choice' | 'list' | 'tree';
  standard: unknown;
  description: string;
  choices: string[];
}

export interface Protocol {
  protocol: string;
  title: string;
  namespace: string;
  settings: Setting[];
}

export interface Heard {
  address: string;
  value: unknown;
  peer?: string;
}

export interface Signal {
  address: string;
  type: string;
  value: unknown;
}

/** What one rule does with a signal. */
export interface PreviewRule {
  /** From 0; −1 for a signal that no rule takes. */
  rule: number;
  name: string;
  captures: Record<string, string>;
  /** Why it did not take it. */
  refusal?: string;
  /** The value after each transform; without one it was dropped there. */
  stages: { transform: string; value?: unknown }[];
  notes: string[];
  signals: Signal[];
}

export interface Preview {
  signals: Signal[];
  steps: string[];
  rules: PreviewRule[];
}

/** What a transform makes of values; without one it drops it. */
export interface Transformed {
  results: { value?: unknown }[];
  inverse?: unknown;
}

const INTERVAL = 1_000;
/** For who may not see bridges: rights change seldom, and each refusal is an error in the console of the browser. */
const FORBIDDEN_INTERVAL = 15_000;
/** For the answer, after the time that was asked for. */
const GRACE = 8_000;

function path(name: string): string {
  return `admin/v1/bridges/${encodeURIComponent(name)}`;
}

/** Calls of the admin API about bridges. */
export class Bridges {
  constructor(private readonly api: Api) {}

  async list(): Promise<Bridge[]> {
    return (await this.api.get<{ bridges: Bridge[] }>('admin/v1/bridges')).bridges;
  }

  async protocols(): Promise<Protocol[]> {
    return (await this.api.get<{ protocols: Protocol[] }>('admin/v1/bridge-protocols')).protocols;
  }

  transforms(): Promise<Catalogue> {
    return this.api.get('admin/v1/transforms');
  }

  transformed(transform: unknown, values: unknown[], seconds = 0): Promise<Transformed> {
    return this.api.post('admin/v1/transform-preview', { transform, values, seconds });
  }

  devices(protocol: string): Promise<Devices> {
    return this.api.get(`admin/v1/bridge-protocols/${encodeURIComponent(protocol)}/devices`);
  }

  /** What its device has sent lately, the newest first. */
  async sources(name: string): Promise<Source[]> {
    return (await this.api.get<{ sources: Source[] }>(path(name))).sources;
  }

  universe(name: string, number: number): Promise<UniverseView> {
    return this.api.get(`${path(name)}/universe?number=${number}`);
  }

  /** A stored value that fits a pattern, the first of them; null if there is none. */
  async stored(pattern: string): Promise<{ address: string; value: unknown } | null> {
    const page = await this.api.get<{ parameters: { address: string; value: unknown }[] }>(
      `admin/v1/state?limit=1&pattern=${encodeURIComponent(pattern)}`,
    );
    return page.parameters[0] ?? null;
  }

  /** Makes a bridge, or changes the one of that name. */
  async save(definition: Definition, isNew: boolean): Promise<void> {
    await (isNew
      ? this.api.post('admin/v1/bridges', definition)
      : this.api.put(path(definition.name), definition));
  }

  async remove(name: string): Promise<void> {
    await this.api.delete(path(name));
  }

  async act(name: string, what: 'enable' | 'disable' | 'restart'): Promise<void> {
    await this.api.post(`${path(name)}/${what}`);
  }

  /** The next thing that its device sends; null if it sends nothing in time. */
  async learn(name: string, seconds: number): Promise<Heard | null> {
    const answer = await this.api.post<{ heard: Heard | null }>(
      `${path(name)}/learn`,
      { seconds },
      seconds * 1_000 + GRACE,
    );
    return answer.heard;
  }

  preview(definition: Definition, direction: 'in' | 'out', address: string, value: unknown): Promise<Preview> {
    return this.api.post('admin/v1/bridge-preview', { definition, direction, address, value });
  }
}

/**
 * Asks for the list every second, seldom if that is forbidden.
 *
 * @returns `again` asks now: what was asked before it, of a state that is over, is not told; `stop` ends it
 */
export function pollBridges(
  bridges: Bridges,
  listener: { answered(list: Bridge[]): void; failed(why: string): void },
): { again(): Promise<void>; stop(): void } {
  /** Which asking is the newest. */
  let turn = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = async () => {
    if (stopped) {
      return;
    }
    const mine = ++turn;
    clearTimeout(timer);
    let wait = INTERVAL;
    try {
      const list = await bridges.list();
      if (mine === turn) {
        listener.answered(list);
      }
    } catch (e) {
      if (mine === turn) {
        listener.failed(e instanceof Refused ? e.message : '');
      }
      if (e instanceof Refused && (e.status === 401 || e.status === 403)) {
        wait = FORBIDDEN_INTERVAL;
      }
    }
    if (mine === turn) {
      timer = setTimeout(() => void again(), wait);
    }
  };
  void again();
  return {
    again,
    stop() {
      stopped = true;
      turn++;
      clearTimeout(timer);
    },
  };
}

/** Messages a second of every bridge, between two looks. */
export function bridgeRates(
  before: Bridge[],
  now: Bridge[],
  seconds: number,
): Map<string, { in: number; out: number }> {
  const rates = new Map<string, { in: number; out: number }>();
  for (const bridge of now) {
    const old = before.find((other) => other.name === bridge.name);
    // A bridge that was made anew counts from nothing.
    if (old && seconds > 0 && bridge.counts.in >= old.counts.in && bridge.counts.out >= old.counts.out) {
      rates.set(bridge.name, {
        in: (bridge.counts.in - old.counts.in) / seconds,
        out: (bridge.counts.out - old.counts.out) / seconds,
      });
    }
  }
  return rates;
}

/** What somebody typed: JSON, or else the text itself. */
export function valueOf(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') {
    return null;
  }
  try {
    return JSON.parse(trimmed);
  } catch {
    return trimmed;
  }
}

/**
 * A setting as a form shows it.
 *
 * @param kind with it, {@link fieldValue} makes the same value of the text again; an empty list is not nothing then
 */
export function fieldText(value: unknown, kind?: Setting['kind']): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (kind === 'tree') {
    return typeof value === 'string' && valueOf(value) === value ? value : JSON.stringify(value);
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    const items = value as string[];
    const plain = items.every((item) => item !== '' && item.trim() === item && !/^\[|,/.test(item));
    return plain && (items.length > 0 || kind === undefined) ? items.join(', ') : JSON.stringify(items);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The way back: undefined for nothing, so that the standard holds. */
export function fieldValue(setting: Setting, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') {
    return undefined;
  }
  switch (setting.kind) {
    case 'switch':
      return trimmed === 'true';
    case 'integer':
    case 'number':
      return Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
    case 'list':
      return trimmed.startsWith('[')
        ? valueOf(trimmed)
        : trimmed
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '');
    case 'tree':
      return valueOf(trimmed);
    default:
      return trimmed;
  }
}

export type SettingGroup = 'connection' | 'security' | 'advanced';

const SECURITY =
  /^(user(name)?|password.*|token.*|secret.*|auth.*|ca|cert|key|certificate|private_key|fingerprint|insecure|allow.*|deny.*|tls.*|origins?|cors.*|headers?)$/;
const CONNECTION =
  /^(bind|port|host|broker|url|urls|targets?|server|address|in|out|mode|transport|interfaces?|interface_type|universes?|universe2|output_universes|send|direction|topics|path|paths|unicast_destinations|multicast|device_name|virtual|preset|client_id|namespace|inlets|poll|source_name|priority)$/;

/** Which part of a form a setting belongs to. */
export function settingGroup(setting: Setting): SettingGroup {
  if (setting.kind === 'secret' || SECURITY.test(setting.name)) {
    return 'security';
  }
  return setting.kind === 'endpoint' || CONNECTION.test(setting.name) ? 'connection' : 'advanced';
}

/** What is wrong with what was typed, as far as one sees it here; the router looks again. */
export function fieldProblem(setting: Setting, text: string): 'integer' | 'number' | 'duration' | 'tree' | null {
  const trimmed = text.trim();
  if (trimmed === '') {
    return null;
  }
  switch (setting.kind) {
    case 'integer':
      return /^[-+]?\d+$/.test(trimmed) ? null : 'integer';
    case 'number':
      return Number.isFinite(Number(trimmed)) ? null : 'number';
    case 'duration':
      return /^\d+(\.\d+)?(us|ms|s|m|h)?$/.test(trimmed) ? null : 'duration';
    case 'tree':
      try {
        JSON.parse(trimmed);
        return null;
      } catch {
        return /^[[{]/.test(trimmed) ? 'tree' : null;
      }
    default:
      return null;
  }
}
