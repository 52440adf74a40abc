import { describe, expect, it } from 'vitest';
import { formatBytes, lockPath, reordered, rowsOf, SessionTrends } from '../src/lib/sessions';
import type { Rates, Session, Status } from '../src/lib/status';

function session(id: string, more: Partial<Session> = {}): Session {
  return {
    id,
    name: `client ${id}`,
    peer: '127.0.0.1:1',
    transport: 'websocket',
    connected: '2026-01-01T00:00:00.000Z',
    subscriptions: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    queued: 0,
    dropped: 0,
    ...more,
  };
}

function status(...sessions: Session[]): Status {
  return {
    name: 'r',
    version: '1',
    started: '',
    uptimeSeconds: 1,
    sessions,
    parameters: 0,
    subscriptions: 0,
    messagesIn: 0,
    messagesOut: 0,
    dropped: 0,
  };
}

function rates(...of: [string, number, number][]): Rates {
  return {
    messagesIn: 0,
    messagesOut: 0,
    sessions: new Map(of.map(([id, messagesIn, messagesOut]) => [id, { messagesIn, messagesOut }])),
  };
}

const ids = (rows: { session: Session }[]) => rows.map((row) => row.session.id);

describe('rows', () => {
  const three = status(
    session('a', { name: 'desk 10', queued: 3 }),
    session('b', { name: 'Desk 9', transport: 'tcp', queued: 9 }),
    session('c', { name: 'fader', peer: '192.0.2.7:4000' }),
  );

  it('are ordered by names as people count', () => {
    expect(ids(rowsOf(three, rates(), '', '', { by: 'name', down: false }))).toEqual(['b', 'a', 'c']);
    expect(ids(rowsOf(three, rates(), '', '', { by: 'name', down: true }))).toEqual(['c', 'a', 'b']);
  });

  it('are ordered by figures and rates, the unknown ones last', () => {
    expect(ids(rowsOf(three, rates(), '', '', { by: 'queued', down: true }))).toEqual(['b', 'a', 'c']);
    const known = rates(['c', 5, 0], ['a', 7, 0]);
    expect(ids(rowsOf(three, known, '', '', { by: 'in', down: true }))).toEqual(['a', 'c', 'b']);
  });

  it('are those that have all words, or fit the pattern', () => {
    const find = (filter: string) => ids(rowsOf(three, rates(), '', filter, { by: 'name', down: false }));
    expect(find('desk tcp')).toEqual(['b']);
    expect(find('192.0.2')).toEqual(['c']);
    expect(find('desk*')).toEqual(['a']);
    expect(find('nobody')).toEqual([]);
  });

  it('know our own', () => {
    expect(rowsOf(three, rates(), 'c', '', { by: 'name', down: false }).filter((row) => row.self)).toHaveLength(1);
  });

  it('may be ten thousand', () => {
    const many = status(...Array.from({ length: 10_000 }, (_, i) => session(String(i), { messagesIn: i % 97 })));
    expect(rowsOf(many, rates(), '', 'client', { by: 'name', down: false })).toHaveLength(10_000);
  });
});

it('another column begins where one looks', () => {
  expect(reordered({ by: 'name', down: false }, 'name')).toEqual({ by: 'name', down: true });
  expect(reordered({ by: 'name', down: false }, 'queued')).toEqual({ by: 'queued', down: true });
  expect(reordered({ by: 'queued', down: true }, 'peer')).toEqual({ by: 'peer', down: false });
});

it('trends end with their sessions', () => {
  const trends = new SessionTrends();
  trends.answered(status(session('a'), session('b')), rates(['a', 1, 2], ['b', 3, 4]));
  trends.answered(status(session('a')), rates(['a', 5, 6]));
  expect(trends.size).toBe(1);
  expect(trends.of('a').in.length).toBe(2);
  expect(trends.of('a').out.at(1)).toBe(6);
  trends.clear();
  expect(trends.of('a').out.length).toBe(0);
});

it('bytes have a unit', () => {
  expect([0, 999, 1000, 1_250_000, 3e9].map(formatBytes)).toEqual(['0 B', '999 B', '1 kB', '1.3 MB', '3 GB']);
});

it('the path of a lock holds what URLs do not', () => {
  expect(lockPath('/lights/1?#%/a b')).toBe('admin/v1/locks/lights/1%3F%23%25/a%20b');
});
