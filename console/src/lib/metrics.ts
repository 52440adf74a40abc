/** One number of `/metrics`. */
export interface Sample {
  name: string;
  labels: ReadonlyMap<string, string>;
  value: number;
}

const MAX_TEXT = 2_000_000;
const MAX_SAMPLES = 20_000;
const MAX_LABELS = 32;

/**
 * Reads the text format of Prometheus (0.0.4). Lines that are none of it are left out, and so is what is beyond the
 * bounds: a router of ours has some hundreds of numbers.
 */
export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  const bounded = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  for (const line of bounded.split('\n')) {
    if (samples.length >= MAX_SAMPLES) {
      break;
    }
    if (line !== '' && line[0] !== '#') {
      const sample = parseLine(line);
      if (sample) {
        samples.push(sample);
      }
    }
  }
  return samples;
}

function parseLine(line: string): Sample | null {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined) {
    return null;
  }
  const labels = new Map<string, string>();
  let at = name.length;
  if (line[at] === '{') {
    at = parseLabels(line, at + 1, labels);
    if (at < 0) {
      return null;
    }
  }
  // A time may follow.
  const value = numberOf(line.slice(at).trim().split(/\s+/)[0] ?? '');
  return value === null ? null : { name, labels, value };
}

/** Returns where the labels end, or -1. */
function parseLabels(line: string, start: number, into: Map<string, string>): number {
  let at = start;
  for (let i = 0; i <= MAX_LABELS; i++) {
    if (line[at] === '}') {
      return at + 1;
    }
    const key = /^[a-zA-Z_][a-zA-Z0-9_]*/.exec(line.slice(at, at + 256))?.[0];
    if (key === undefined || line.slice(at + key.length, at + key.length + 2) !== '="') {
      return -1;
    }
    at += key.length + 2;
    let value = '';
    while (at < line.length && line[at] !== '"') {
      if (line[at] === '\\') {
        at++;
        value += line[at] === 'n' ? '\n' : (line[at] ?? '');
      } else {
        value += line[at];
      }
      at++;
    }
    if (line[at] !== '"') {
      return -1;
    }
    into.set(key, value);
    at++;
    if (line[at] === ',') {
      at++;
    }
  }
  return -1;
}

function numberOf(text: string): number | null {
  switch (text) {
    case '+Inf':
      return Infinity;
    case '-Inf':
      return -Infinity;
    case 'NaN':
      return NaN;
    default:
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
  }
}

/** What `/metrics` says at one moment, by name. */
export class Metrics {
  private readonly byName = new Map<string, Sample[]>();

  constructor(samples: readonly Sample[]) {
    for (const sample of samples) {
      const list = this.byName.get(sample.name);
      if (list) {
        list.push(sample);
      } else {
        this.byName.set(sample.name, [sample]);
      }
    }
  }

  get size(): number {
    return this.byName.size;
  }

  all(name: string): readonly Sample[] {
    return this.byName.get(name) ?? [];
  }

  /** The sum of those with these labels; null if there are none. */
  sum(name: string, labels: Record<string, string> = {}): number | null {
    let total: number | null = null;
    for (const sample of this.all(name)) {
      if (Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value)) {
        total = (total ?? 0) + sample.value;
      }
    }
    return total;
  }

  /** A histogram, all its series together: upper bounds with how many are at most that, rising. */
  buckets(name: string): Bucket[] {
    const counts = new Map<number, number>();
    for (const { labels, value } of this.all(`${name}_bucket`)) {
      const bound = numberOf(labels.get('le') ?? '');
      if (bound !== null) {
        counts.set(bound, (counts.get(bound) ?? 0) + value);
      }
    }
    return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
  }
}

export interface Bucket {
  bound: number;
  count: number;
}

/**
 * A quantile of what was added to a histogram between two moments, in a straight line within a bucket as Prometheus
 * does; null if nothing was. What is above the last bound counts as that bound.
 */
export function quantileBetween(before: readonly Bucket[], after: readonly Bucket[], quantile: number): number | null {
  const earlier = new Map(before.map(({ bound, count }) => [bound, count]));
  const added = after.map(({ bound, count }) => ({ bound, count: count - (earlier.get(bound) ?? 0) }));
  const total = added.at(-1)?.count ?? 0;
  if (!(total > 0)) {
    return null;
  }
  const rank = quantile * total;
  let lower = 0;
  let below = 0;
  for (const { bound, count } of added) {
    if (count >= rank && count > below) {
      return Number.isFinite(bound) ? lower + ((bound - lower) * (rank - below)) / (count - below) : lower;
    }
    lower = Number.isFinite(bound) ? bound : lower;
    below = Math.max(below, count);
  }
  return lower;
}
