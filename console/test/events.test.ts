import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '../src/lib/api';
import { EventFollower, Tail, type LogEntry } from '../src/lib/events';
import { auditMatching, countLevels, jsonLines, logMatching, logText, marked, onlyLooked, sourceOf } from '../src/lib/logs';

const line = (msg: string, level = 'info', logger = 'dev.clasp.router.Router'): LogEntry => ({
  ts: '2026-01-01T00:00:00Z',
  level,
  logger,
  msg,
});

describe('the tail', () => {
  it('forgets what is oldest and says how much', () => {
    const tail = new Tail<number>(3);
    tail.add([1, 2]);
    tail.add([3, 4, 5]);
    expect(tail.entries).toEqual([3, 4, 5]);
    expect(tail.lost).toBe(2);
    tail.clear();
    expect(tail.entries).toEqual([]);
  });
});

describe('whoever follows events', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('asks for those after the last one, and begins anew with the router', async () => {
    const answers = [
      { events: [{ number: 4, kind: 'log', event: line('a') }, { number: 7, kind: 'log', event: line('b') }], last: 9 },
      { events: [], last: 9 },
      { events: [{ number: 1, kind: 'log', event: line('c') }], last: 2 },
      new Refused('no', 503),
    ];
    const asked: string[] = [];
    const get = vi.fn(async (path: string) => {
      asked.push(/after=(\d+)/.exec(path)![1]!);
      const answer = answers.shift();
      if (answer === undefined) {
        return new Promise(() => {});
      }
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    });
    const got: string[] = [];
    const said: string[] = [];
    const follower = new EventFollower<LogEntry>(
      { get: get as never },
      'log',
      (events) => got.push(...events.map((e) => e.event.msg)),
      (text) => said.push(text),
    );
    follower.start();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(got).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['0', '7', '7', '1']);
    expect(said.at(-1)).toBe('no');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toHaveLength(5);
    follower.stop();
  });

  it('leaves no question behind, and does not ask without end', async () => {
    const signals: AbortSignal[] = [];
    const get = vi.fn(async (_path: string, _timeout: number, ended: AbortSignal) => {
      signals.push(ended);
      return { events: [], last: 0 };
    });
    const follower = new EventFollower<LogEntry>({ get: get as never }, 'log', () => {});
    follower.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signals.length).toBeGreaterThan(1);
    expect(signals.length).toBeLessThan(10);
    follower.stop();
    expect(signals.every((signal) => signal.aborted)).toBe(true);
    const before = signals.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signals).toHaveLength(before);
    follower.start();
    expect(signals).toHaveLength(before + 1);
    expect(signals.at(-1)!.aborted).toBe(false);
    follower.stop();
  });
});

describe('lines of the log', () => {
  const lines = [line('Session opened'), line('loop is STUCK', 'warn', 'dev.clasp.server.LoopWatch'), line('x', 'debug')];

  it('are chosen by level, source and words', () => {
    const levels = new Set(['info', 'warn']);
    expect(logMatching(lines, { levels, source: '', search: '' })).toHaveLength(2);
    expect(logMatching(lines, { levels, source: 'loopw', search: 'stuck' })).toEqual([lines[1]]);
    expect(logMatching(lines, { levels: new Set(), source: '', search: '' })).toEqual([]);
    expect(countLevels(lines)).toEqual({ error: 0, warn: 1, info: 1, debug: 1, trace: 0 });
    expect(sourceOf('dev.clasp.router.Router')).toBe('Router');
  });

  it('are marked where words are', () => {
    expect(marked('loop is stuck', 'STUCK loop')).toEqual([
      { text: 'loop', found: true },
      { text: ' is ', found: false },
      { text: 'stuck', found: true },
    ]);
    expect(marked('aaa', 'aa')).toEqual([{ text: 'aaa', found: true }]);
    expect(marked('', 'a')).toEqual([{ text: '', found: false }]);
    const odd = 'İ stuck';
    expect(marked(odd, 'stuck').map((p) => p.text).join('')).toBe(odd);
  });

  it('become text', () => {
    expect(logText([line('a')])).toBe('2026-01-01T00:00:00Z INFO  dev.clasp.router.Router a\n');
  });
});

describe('the audit log', () => {
  const entries = [
    { ts: '2026-01-01T00:00:00Z', event: 'session.open', result: 'ok', peer: '192.0.2.1:5', detail: 'websocket, name desk' },
    { ts: '2026-01-02T00:00:00Z', event: 'authz.denied', result: 'denied', subject: 'fader', address: '/a', detail: 'no' },
  ];

  it('is chosen by event, result, who and time', () => {
    const all = { event: '', result: '', who: '', since: 0 };
    expect(auditMatching(entries, all)).toHaveLength(2);
    expect(auditMatching(entries, { ...all, event: 'session.open' })).toHaveLength(1);
    expect(auditMatching(entries, { ...all, result: 'denied' })).toEqual([entries[1]]);
    expect(auditMatching(entries, { ...all, who: '192.0.2 desk' })).toEqual([entries[0]]);
    expect(auditMatching(entries, { ...all, since: Date.parse('2026-01-01T12:00:00Z') })).toEqual([entries[1]]);
  });

  it('tells what was only looked at from what was done', () => {
    const asked = (detail: string, result = 'ok') => ({ ts: '', event: 'admin', result, detail });
    expect(onlyLooked(asked('GET /admin/v1/bridges: HTTP 200'))).toBe(true);
    expect(onlyLooked(asked('POST /admin/v1/transform-preview: HTTP 200'))).toBe(true);
    expect(onlyLooked(asked('GET /admin/v1/bridges: HTTP 500', 'fail'))).toBe(false);
    expect(onlyLooked(asked('POST /admin/v1/bridges: HTTP 201'))).toBe(false);
    expect(onlyLooked({ ...asked('GET /'), event: 'session.open' })).toBe(false);
  });

  it('becomes JSON lines', () => {
    expect(jsonLines(entries).trim().split('\n').map((l) => JSON.parse(l))).toEqual(entries);
  });
});
