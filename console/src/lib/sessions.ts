import { compileFilter } from './pattern';
import { Ring } from './ring';
import type { Rates, Session, Status } from './status';

/** The answer to GET admin/v1/sessions/ID; see docs/admin-api.md. */
export interface SessionDetail extends Session {
  features: string[];
  token_id?: string;
  subject?: string;
  expires?: string;
  scopes: string[];
  subscriptionList: Subscription[];
  locks: number;
  lockList: string[];
  gestures: number;
  scheduledBundles: number;
  messagesInPerSecond: number;
  messagesOutPerSecond: number;
  lastError?: { code: number; text: string; address?: string; at: string };
}

export interface Subscription {
  id: number;
  pattern: string;
  types: string[];
  maxRate?: number;
  epsilon?: number;
  history?: number;
  windowMillis?: number;
}

/** A session as the table shows it. */
export interface Row {
  session: Session;
  /** Per second; null while there is nothing to compare with. */
  in: number | null;
  out: number | null;
  self: boolean;
}

export type Column =
  | 'name'
  | 'peer'
  | 'transport'
  | 'subscriptions'
  | 'in'
  | 'out'
  | 'bytes'
  | 'queued'
  | 'dropped'
  | 'connected';

export interface Order {
  by: Column;
  /** The largest first. */
  down: boolean;
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Rows in the order wanted; sessions that are alike stay as they came, the oldest first. */
export function rowsOf(status: Status | null, rates: Rates, self: string, filter: string, order: Order): Row[] {
  const wanted = matcher(filter);
  const rows: Row[] = [];
  for (const session of status?.sessions ?? []) {
    if (wanted(session)) {
      const rate = rates.sessions.get(session.id);
      rows.push({
        session,
        in: rate?.messagesIn ?? null,
        out: rate?.messagesOut ?? null,
        self: session.id === self,
      });
    }
  }
  const direction = order.down ? -1 : 1;
  return rows.sort((a, b) => direction * compare(a, b, order.by));
}

/** All words must be in name, address, transport or id of a session; stars stand for anything. */
function matcher(filter: string): (session: Session) => boolean {
  const trimmed = filter.trim();
  if (trimmed === '') {
    return () => true;
  }
  if (trimmed.includes('*')) {
    const matches = compileFilter(trimmed);
    return (s) => [s.name, s.peer, s.transport, s.id].some((text) => matches(`/${text}`) || matches(text));
  }
  const words = trimmed.toLowerCase().split(/\s+/);
  return (s) => {
    const all = `${s.name}\n${s.peer}\n${s.transport}\n${s.id}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

function compare(a: Row, b: Row, by: Column): number {
  switch (by) {
    case 'name':
    case 'peer':
    case 'transport':
      return names.compare(a.session[by], b.session[by]);
    case 'in':
      return (a.in ?? -1) - (b.in ?? -1);
    case 'out':
      return (a.out ?? -1) - (b.out ?? -1);
    case 'bytes':
      return a.session.bytesIn + a.session.bytesOut - b.session.bytesIn - b.session.bytesOut;
    case 'connected':
      return Date.parse(a.session.connected) - Date.parse(b.session.connected);
    case 'subscriptions':
    case 'queued':
    case 'dropped':
      return a.session[by] - b.session[by];
  }
}

/** Another column begins with what is looked for there: names from A, figures from the largest. */
export function reordered(order: Order, by: Column): Order {
  return order.by === by ? { by, down: !order.down } : { by, down: !['name', 'peer', 'transport'].includes(by) };
}

const TREND = 60;

/** The last minute of each session that is there, for sparklines. */
export class SessionTrends {
  private readonly trends = new Map<string, { in: Ring; out: Ring }>();

  /** Takes down what an answer of the router says. Sessions that have gone are forgotten. */
  answered(status: Status | null, rates: Rates): void {
    const there = new Set<string>();
    for (const { id } of status?.sessions ?? []) {
      there.add(id);
      const rate = rates.sessions.get(id);
      if (rate) {
        const trend = this.of(id);
        trend.in.push(rate.messagesIn);
        trend.out.push(rate.messagesOut);
      }
    }
    for (const id of this.trends.keys()) {
      if (!there.has(id)) {
        this.trends.delete(id);
      }
    }
  }

  of(id: string): { in: Ring; out: Ring } {
    let trend = this.trends.get(id);
    if (!trend) {
      trend = { in: new Ring(TREND), out: new Ring(TREND) };
      this.trends.set(id, trend);
    }
    return trend;
  }

  clear(): void {
    this.trends.clear();
  }

  get size(): number {
    return this.trends.size;
  }
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** 0 B, 1.2 kB, 3.4 MB; powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : grouped.format(value)} ${units[unit]}`;
}

/** The address of a lock as the path of the call that takes it away: `locks/lights/1`. */
export function lockPath(address: string): string {
  return `admin/v1/locks/${address.replace(/^\//, '').split('/').map(encodeURIComponent).join('/')}`;
}
