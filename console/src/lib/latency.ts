/** Durations of one kind, in milliseconds. */
export interface Latencies {
  count: number;
  median: number;
  p95: number;
  max: number;
  min: number;
}

/** The smallest value that so large a part of them does not exceed (nearest rank). NaN for none. */
export function quantile(sorted: readonly number[], part: number): number {
  const rank = Math.ceil(part * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? NaN;
}

export function latenciesOf(durations: readonly number[]): Latencies {
  const sorted = [...durations].sort((a, b) => a - b);
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: sorted[sorted.length - 1] ?? NaN,
    min: sorted[0] ?? NaN,
  };
}

export interface Bin {
  /** Milliseconds; `to` is not included but in the last. */
  from: number;
  to: number;
  count: number;
}

/** So many equal classes from 0 to the largest. None without durations. */
export function histogram(durations: readonly number[], bins: number): Bin[] {
  if (durations.length === 0) {
    return [];
  }
  const top = Math.max(...durations) || 1;
  const all = Array.from({ length: bins }, (_, i): Bin => ({ from: (i * top) / bins, to: ((i + 1) * top) / bins, count: 0 }));
  for (const duration of durations) {
    all[Math.min(bins - 1, Math.max(0, Math.floor((duration / top) * bins)))]!.count++;
  }
  return all;
}

/** What a measurement needs of a client. */
export interface Measured {
  set(address: string, value: number): Promise<unknown>;
}

/** Writes, waits for the ACK, and again. Ends early when `going` says so; what the router refuses is thrown. */
export async function roundTrips(
  client: Measured,
  address: string,
  count: number,
  now: () => number,
  going: () => boolean,
  each: (ms: number) => void,
): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count && going(); i++) {
    const from = now();
    await client.set(address, i);
    const ms = now() - from;
    found.push(ms);
    each(ms);
  }
  return found;
}
