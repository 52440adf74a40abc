import { describe, expect, it } from 'vitest';
import { formatUnit, History, pointOf, SERIES, type Point } from '../src/lib/history';
import { Metrics, parseMetrics, quantileBetween } from '../src/lib/metrics';

const of = (text: string) => new Metrics(parseMetrics(text));

describe('the text of Prometheus', () => {
  it('is read with labels, escapes, times and every kind of number', () => {
    const samples = parseMetrics(
      [
        '# HELP a b',
        'a 1',
        'a{x="1",y="q\\"\\\\\\n}"} 2.5e3 1700000000',
        'b{} NaN',
        'c{le="+Inf"} +Inf',
        'd{x="1",} -Inf',
      ].join('\n'),
    );
    expect(samples.map((s) => s.name)).toEqual(['a', 'a', 'b', 'c', 'd']);
    expect(samples[1]!.labels.get('y')).toBe('q"\\\n}');
    expect(samples.map((s) => s.value)).toEqual([1, 2500, NaN, Infinity, -Infinity]);
  });

  it('is left out where it is none of it', () => {
    expect(
      parseMetrics('a\n{x="1"} 2\n1a 3\na{x=1} 2\na{x="1 2\na{x="1"y="2"\na b\n <script>\na{"x"} 1'),
    ).toEqual([]);
  });

  it('is bounded', () => {
    expect(parseMetrics('a 1\n'.repeat(50_000))).toHaveLength(20_000);
    expect(parseMetrics('a'.repeat(3_000_000)).length).toBe(0);
  });

  it('sums what has the labels', () => {
    const metrics = of('m{d="in",t="a"} 1\nm{d="in",t="b"} 2\nm{d="out",t="a"} 4');
    expect(metrics.sum('m')).toBe(7);
    expect(metrics.sum('m', { d: 'in' })).toBe(3);
    expect(metrics.sum('m', { d: 'up' })).toBeNull();
    expect(metrics.sum('n')).toBeNull();
  });
});

describe('quantiles', () => {
  const histogram = (a: number, b: number, inf: number) =>
    of(`h_bucket{le="1"} ${a}\nh_bucket{le="2"} ${b}\nh_bucket{le="+Inf"} ${inf}`).buckets('h');

  it('are of what came between', () => {
    expect(quantileBetween(histogram(100, 100, 100), histogram(100, 110, 110), 0.5)).toBe(1.5);
    expect(quantileBetween([], histogram(10, 20, 20), 0.25)).toBe(0.5);
    expect(quantileBetween([], histogram(0, 0, 5), 0.99)).toBe(2);
  });

  it('are not there if nothing came', () => {
    expect(quantileBetween(histogram(1, 2, 3), histogram(1, 2, 3), 0.5)).toBeNull();
    expect(quantileBetween([], [], 0.5)).toBeNull();
  });

  it('count all series of a histogram together', () => {
    expect(
      of('h_bucket{le="1",t="a"} 1\nh_bucket{le="1",t="b"} 2\nh_bucket{le="+Inf",t="a"} 4').buckets('h'),
    ).toEqual([
      { bound: 1, count: 3 },
      { bound: Infinity, count: 4 },
    ]);
  });
});

describe('points', () => {
  const page = (start: number, frames: number, dropped: number) =>
    of(
      `clasp_start_time_seconds ${start}\nclasp_frames_total{direction="in",transport="tcp"} ${frames}\n` +
        `clasp_messages_dropped_total{reason="slow_consumer"} ${dropped}\n` +
        `clasp_messages_dropped_total{reason="conflated"} 1000000\njvm_memory_used_bytes{area="heap"} 5\n` +
        'jvm_memory_max_bytes{area="heap"} -1\nclasp_sessions_active 3',
    );

  it('have rates from the second on', () => {
    expect(pointOf(null, page(1, 10, 0), 2)).toMatchObject({ in: null, dropped: null, sessions: 3, heap: 5 });
    expect(pointOf(page(1, 10, 0), page(1, 30, 4), 2)).toMatchObject({ in: 10, dropped: 2, heapMax: null });
  });

  it('begin anew with the router', () => {
    expect(pointOf(page(1, 10, 0), page(2, 30, 0), 2).in).toBeNull();
  });

  it('count a series from 0 that was not there yet', () => {
    expect(pointOf(of('a 1'), of('clasp_errors_total{code="301"} 6'), 2).errors).toBe(3);
  });
});

describe('the history', () => {
  const point = (value: number): Point =>
    Object.fromEntries(SERIES.map((name) => [name, name === 'gc' ? null : value])) as Point;

  it('keeps its span and no more', () => {
    const history = new History(10_000);
    for (let second = 0; second < 60; second++) {
      history.add(second * 1000, point(second));
    }
    expect(history.length).toBe(11);
    const [times, values] = history.data(['in']);
    expect(times[0]).toBe(49);
    expect(values!.at(-1)).toBe(59);
    expect(history.summary('in')).toEqual({ low: 49, high: 59, last: 59 });
    expect(history.summary('gc')).toBeNull();
  });
});

it('numbers have units that can be read', () => {
  expect(formatUnit(null, 'count')).toBe('–');
  expect(formatUnit(12345.6, 'count')).toBe('12,346');
  expect(formatUnit(0.42, 'perSecond')).toBe('0.4 /s');
  expect(formatUnit(0.031, 'share')).toBe('3.1 %');
  expect(formatUnit(0.0000123, 'seconds')).toBe('12.3 µs');
  expect(formatUnit(0.0123, 'seconds')).toBe('12.3 ms');
  expect(formatUnit(64 * 1024 * 1024, 'bytes')).toBe('64 MiB');
});
