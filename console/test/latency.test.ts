import { describe, expect, it } from 'vitest';
import { histogram, latenciesOf, quantile, roundTrips } from '../src/lib/latency';

describe('latency', () => {
  it('is told by median, p95 and the extremes', () => {
    const all = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(latenciesOf(all)).toEqual({ count: 100, median: 50, p95: 95, max: 100, min: 1 });
    expect(latenciesOf([3])).toEqual({ count: 1, median: 3, p95: 3, max: 3, min: 3 });
    expect(latenciesOf([]).median).toBeNaN();
    expect(quantile([1, 2], 1)).toBe(2);
    expect(quantile([1, 2], 0)).toBe(1);
  });

  it('falls into classes that hold all', () => {
    const bins = histogram([0, 1, 2, 3, 4], 4);
    expect(bins.map((bin) => bin.count)).toEqual([1, 1, 1, 2]);
    expect(bins.at(-1)?.to).toBe(4);
    expect(histogram([], 4)).toEqual([]);
    expect(histogram([0, 0], 3).reduce((sum, bin) => sum + bin.count, 0)).toBe(2);
  });

  it('is measured one after the other, until told to stop', async () => {
    let time = 0;
    const written: number[] = [];
    const client = {
      set: async (_: string, value: number) => {
        written.push(value);
        time += value + 1;
        await Promise.resolve();
      },
    };
    expect(await roundTrips(client, '/a', 4, () => time, () => true, () => {})).toEqual([1, 2, 3, 4]);
    expect(written).toEqual([0, 1, 2, 3]);
    expect(await roundTrips(client, '/a', 9, () => time, () => written.length < 6, () => {})).toHaveLength(2);
    await expect(roundTrips({ set: () => Promise.reject(new Error('no')) }, '/a', 1, () => 0, () => true, () => {})).rejects.toThrow('no');
  });
});
