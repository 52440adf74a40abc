import { Metrics, quantileBetween } from './metrics';

/** What is plotted. Each is a column of {@link History}. */
export const SERIES = [
  'in',
  'out',
  'sessions',
  'queued',
  'dropped',
  'errors',
  'p50',
  'p95',
  'p99',
  'heap',
  'heapMax',
  'gc',
  'cpu',
  'loop',
  'parameters',
  'subscriptions',
] as const;
export type Series = (typeof SERIES)[number];

export type Point = Record<Series, number | null>;

/** The plots, each with what it shows and in which unit. */
export const PLOTS: readonly { id: string; unit: Unit; series: readonly Series[] }[] = [
  { id: 'messages', unit: 'perSecond', series: ['in', 'out'] },
  { id: 'latency', unit: 'seconds', series: ['p50', 'p95', 'p99'] },
  { id: 'sessions', unit: 'count', series: ['sessions', 'subscriptions'] },
  { id: 'queues', unit: 'count', series: ['queued'] },
  { id: 'losses', unit: 'perSecond', series: ['dropped', 'errors'] },
  { id: 'memory', unit: 'bytes', series: ['heap', 'heapMax'] },
  { id: 'processor', unit: 'share', series: ['cpu', 'gc'] },
  { id: 'loops', unit: 'seconds', series: ['loop'] },
  { id: 'parameters', unit: 'count', series: ['parameters'] },
];

export type Unit = 'perSecond' | 'seconds' | 'count' | 'bytes' | 'share';

/** Ten minutes of numbers, as the plots take them: times in Unix seconds, and a column for each series. */
export class History {
  private times: number[] = [];
  private readonly columns = new Map<Series, (number | null)[]>(SERIES.map((name) => [name, []]));

  /** @param span in milliseconds */
  constructor(private readonly span = 600_000) {}

  get length(): number {
    return this.times.length;
  }

  add(at: number, point: Point): void {
    this.times.push(at / 1000);
    for (const name of SERIES) {
      this.columns.get(name)!.push(point[name]);
    }
    let old = 0;
    while (old < this.times.length && this.times[old]! < (at - this.span) / 1000) {
      old++;
    }
    if (old > 0) {
      this.times = this.times.slice(old);
      for (const name of SERIES) {
        this.columns.set(name, this.columns.get(name)!.slice(old));
      }
    }
  }

  clear(): void {
    this.times = [];
    SERIES.forEach((name) => this.columns.set(name, []));
  }

  /** For uPlot: copies of the times, then of a column for each series. */
  data(series: readonly Series[]): [number[], ...(number | null)[][]] {
    return [this.times.slice(), ...series.map((name) => this.columns.get(name)!.slice())];
  }

  /** The newest number; null if there is none. */
  last(name: Series): number | null {
    return this.columns.get(name)!.at(-1) ?? null;
  }

  /** Lowest, highest and newest number. */
  summary(name: Series): { low: number; high: number; last: number } | null {
    let low = Infinity;
    let high = -Infinity;
    let last: number | null = null;
    for (const value of this.columns.get(name)!) {
      if (value !== null) {
        low = Math.min(low, value);
        high = Math.max(high, value);
        last = value;
      }
    }
    return last === null ? null : { low, high, last };
  }
}

/**
 * What happened between two answers of `/metrics`. Rates and quantiles are null for the first, and after a restart.
 *
 * @param seconds between them
 */
export function pointOf(before: Metrics | null, after: Metrics, seconds: number): Point {
  const restarted =
    before !== null && before.sum('clasp_start_time_seconds') !== after.sum('clasp_start_time_seconds');
  const earlier = restarted || seconds <= 0 ? null : before;
  const rate = (name: string, labels: Record<string, string> = {}): number | null => {
    const now = after.sum(name, labels);
    const then = earlier?.sum(name, labels) ?? null;
    if (now === null || earlier === null) {
      return null;
    }
    // A series that was not there yet has counted from 0.
    return Math.max(0, (now - (then ?? 0)) / seconds);
  };
  const quantile = (name: string, q: number) =>
    earlier === null ? null : quantileBetween(earlier.buckets(name), after.buckets(name), q);
  return {
    in: rate('clasp_frames_total', { direction: 'in' }),
    out: rate('clasp_frames_total', { direction: 'out' }),
    sessions: after.sum('clasp_sessions_active'),
    queued: after.sum('clasp_send_queue_waiting_frames'),
    dropped: lossesOf(earlier, after, seconds),
    errors: rate('clasp_errors_total'),
    p50: quantile('clasp_message_latency_seconds', 0.5),
    p95: quantile('clasp_message_latency_seconds', 0.95),
    p99: quantile('clasp_message_latency_seconds', 0.99),
    heap: after.sum('jvm_memory_used_bytes', { area: 'heap' }),
    heapMax: positive(after.sum('jvm_memory_max_bytes', { area: 'heap' })),
    gc: rate('jvm_gc_collection_seconds_sum'),
    cpu: rate('process_cpu_seconds_total'),
    loop: quantile('clasp_loop_delay_seconds', 0.99),
    parameters: after.sum('clasp_state_params_active'),
    subscriptions: after.sum('clasp_subscriptions_active'),
  };
}

/** Without what loses nothing: newer values that took the place of older ones, and what subscribers did not want. */
function lossesOf(before: Metrics | null, after: Metrics, seconds: number): number | null {
  const harmless = new Set(['conflated', 'subscription_options']);
  const count = (metrics: Metrics) =>
    metrics
      .all('clasp_messages_dropped_total')
      .reduce((sum, { labels, value }) => sum + (harmless.has(labels.get('reason') ?? '') ? 0 : value), 0);
  return before === null ? null : Math.max(0, (count(after) - count(before)) / seconds);
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A number with its unit: 1,234, 0.4 /s, 12.5 ms, 64 MiB, 3 %. */
export function formatUnit(value: number | null, unit: Unit): string {
  if (value === null || !Number.isFinite(value)) {
    return '–';
  }
  switch (unit) {
    case 'count':
      return grouped.format(value);
    case 'perSecond':
      return value > 0 && value < 9.95 ? `${value.toFixed(1)} /s` : `${grouped.format(value)} /s`;
    case 'share':
      return `${value * 100 < 9.95 ? (value * 100).toFixed(1) : grouped.format(value * 100)} %`;
    case 'seconds':
      return value === 0
        ? '0'
        : value < 0.001
          ? `${precise(value * 1e6)} µs`
          : value < 1
            ? `${precise(value * 1e3)} ms`
            : `${precise(value)} s`;
    case 'bytes':
      return value < 1 << 20 ? `${grouped.format(value / 1024)} KiB` : `${grouped.format(value / (1 << 20))} MiB`;
  }
}

function precise(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : grouped.format(value);
}
