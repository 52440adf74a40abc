import { Refused, type Api } from './api';

/** What the admin API says of bridges; see docs/admin-api.md. */

export type BridgeState = 'stopped' | 'starting' | 'running' | 'degraded' | 'waiting' | 'failed';

export interface Rule {
  from: string;
  to: string;
  direction?: string;
  transform?: unknown;
  [more: string]: unknown;
}

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
  counts: { in: number; out: number; dropped: number };
  definition: Definition;
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

export interface Preview {
  signals: { address: string; type: string; value: unknown }[];
  steps: string[];
}

const INTERVAL = 1_000;
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

/** Asks for the list every second, never twice at the same time. Returns the function that stops it. */
export function pollBridges(
  bridges: Bridges,
  listener: { answered(list: Bridge[]): void; failed(why: string): void },
): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    try {
      const list = await bridges.list();
      if (!stopped) {
        listener.answered(list);
      }
    } catch (e) {
      if (!stopped) {
        listener.failed(e instanceof Refused ? e.message : '');
      }
    }
    if (!stopped) {
      timer = setTimeout(() => void ask(), INTERVAL);
    }
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
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

/**
 * The rules of a mapping as rows can show them, and the rest of it; null if only text can.
 */
export function rulesOf(mapping: unknown): { rules: Rule[]; rest: Record<string, unknown> } | null {
  if (mapping === undefined || mapping === null) {
    return { rules: [], rest: {} };
  }
  const list = Array.isArray(mapping) ? mapping : (mapping as Record<string, unknown>)['rules'];
  const rest = Array.isArray(mapping) ? {} : { ...(mapping as Record<string, unknown>) };
  delete rest['rules'];
  if (list === undefined) {
    return { rules: [], rest };
  }
  if (!Array.isArray(list)) {
    return null;
  }
  const plain = list.every(
    (rule: unknown): rule is Rule =>
      typeof rule === 'object' &&
      rule !== null &&
      typeof (rule as Rule).from === 'string' &&
      typeof (rule as Rule).to === 'string',
  );
  return plain ? { rules: list.map((rule: Rule) => ({ ...rule })), rest } : null;
}

/** The way back; undefined for a mapping that says nothing. */
export function mappingOf(rules: Rule[], rest: Record<string, unknown>): unknown {
  if (rules.length === 0 && Object.keys(rest).length === 0) {
    return undefined;
  }
  return { ...rest, rules };
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

/** A setting as a form shows it. */
export function fieldText(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(', ');
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
