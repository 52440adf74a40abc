import { Refused, type Api } from './api';
import type { Client } from '../clasp';
import { test as words } from '../strings/test';

export const CARDS = ['session', 'health', 'ready', 'status', 'info', 'bridges', 'metrics'] as const;
export type Card = (typeof CARDS)[number];

export interface Finding {
  state: 'unknown' | 'asking' | 'ok' | 'bad' | 'forbidden';
  /** What the part said about itself, a line each. */
  lines: string[];
  /** Milliseconds that the answer took. */
  took: number | null;
}

export const UNKNOWN: Finding = { state: 'unknown', lines: [], took: null };

interface Said {
  ok: boolean;
  lines: string[];
}

/** Asks one part now. */
export async function check(card: Card, api: Pick<Api, 'get' | 'text'>, client: Pick<Client, 'ping'>, now: () => number): Promise<Finding> {
  const from = now();
  try {
    const { ok, lines } = await ask(card, api, client);
    return { state: ok ? 'ok' : 'bad', lines, took: now() - from };
  } catch (e) {
    const took = now() - from;
    if (e instanceof Refused && (e.status === 401 || e.status === 403)) {
      return { state: 'forbidden', lines: e.message ? [e.message] : [], took };
    }
    const said = e instanceof Error && e.message !== '' ? e.message : words.health.noAnswer;
    return { state: 'bad', lines: card === 'health' || card === 'ready' ? probe(said).lines : [said], took };
  }
}

async function ask(card: Card, api: Pick<Api, 'get' | 'text'>, client: Pick<Client, 'ping'>): Promise<Said> {
  switch (card) {
    case 'session':
      await client.ping();
      return { ok: true, lines: [] };
    case 'health':
    case 'ready':
      return probe(await api.text(`${card}?verbose`));
    case 'status':
      return status(await api.get('api/status'));
    case 'info':
      return { ok: true, lines: scalars(await api.get('admin/v1/info')) };
    case 'bridges':
      return bridges(await api.get('admin/v1/bridges'));
    case 'metrics': {
      const text = await api.text('metrics');
      const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
      return { ok: samples > 0, lines: [words.health.samples(samples)] };
    }
  }
}

/** The answer of `/health?verbose` and `/ready?verbose`; other text is shown as it is. */
function probe(text: string): Said {
  try {
    const { status: said, checks = {} } = JSON.parse(text) as { status: string; checks?: Record<string, string> };
    const entries = Object.entries(checks);
    return { ok: entries.every(([, state]) => state === 'ok'), lines: [said, ...entries.map(([name, state]) => `${name}: ${state}`)] };
  } catch {
    return { ok: true, lines: [text.trim()] };
  }
}

function status(answer: {
  name: string;
  version: string;
  sessions: unknown[];
  parameters: number;
  dropped: number;
  loops?: { delaySeconds: number; stuck: boolean }[];
}): Said {
  const loops = answer.loops ?? [];
  const stuck = loops.filter((loop) => loop.stuck).length;
  const slowest = Math.max(0, ...loops.map((loop) => loop.delaySeconds));
  return {
    ok: stuck === 0,
    lines: [
      `${answer.name} ${answer.version}`,
      words.health.sessions(answer.sessions.length, answer.parameters),
      words.health.loops((slowest * 1000).toFixed(1)),
      ...(stuck > 0 ? [words.health.stuck(stuck)] : []),
      ...(answer.dropped > 0 ? [words.health.dropped(answer.dropped)] : []),
    ],
  };
}

function bridges(answer: { bridges: { name: string; protocol: string; state: string; detail?: string; last_error?: string }[] }): Said {
  const wanted = new Set(['running', 'stopped']);
  return {
    ok: answer.bridges.every((bridge) => wanted.has(bridge.state)),
    lines:
      answer.bridges.length === 0
        ? [words.health.noBridges]
        : answer.bridges.map((bridge) => [`${bridge.name} (${bridge.protocol}): ${bridge.state}`, bridge.detail, bridge.last_error].filter(Boolean).join(', ')),
  };
}

function scalars(answer: Record<string, unknown>): string[] {
  return Object.entries(answer)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name}: ${String(value)}`);
}
