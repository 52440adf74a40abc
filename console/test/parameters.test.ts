import { describe, expect, test } from 'vitest';
import type { Value } from '../src/clasp';
import { compareAddresses, HISTORY, Parameters } from '../src/lib/parameters';

const all = () => true;

/** A live write, or with {@code meta} a snapshot. */
function write(
  parameters: Parameters,
  address: string,
  value: Value,
  now: number,
  meta?: { revision: number; writtenAt?: number; writer?: string },
): void {
  const { revision, writtenAt, writer } = meta ?? {};
  parameters.write(
    { address, value, snapshot: meta !== undefined, ...(revision === undefined ? {} : { revision }), ...(writer === undefined ? {} : { writer }) },
    now,
    writtenAt,
  );
}

describe('a parameter', () => {
  test('has the value, revision and time of its snapshot', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 0.5, 1000, { revision: 7, writtenAt: 400 });
    expect(parameters.get('/a')).toMatchObject({ value: 0.5, type: 'number', revision: 7, writtenAt: 400 });
  });

  test('has the revision of each write, and none when the router said none', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 1000, { revision: 7, writer: 's1' });
    parameters.write({ address: '/a', value: 2, snapshot: false, revision: 8 }, 2000);
    expect(parameters.get('/a')).toMatchObject({ value: 2, revision: 8, writer: 's1', writerRevision: 7, writtenAt: 2000 });
    write(parameters, '/a', 3, 3000);
    expect(parameters.get('/a')).toMatchObject({ value: 3, revision: 0 });
  });

  test('has a lock and an end when a write says so, and otherwise does not know', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 1000, { revision: 1 });
    expect([parameters.get('/a')?.lock, parameters.get('/a')?.expiresAt]).toEqual([undefined, undefined]);
    parameters.write({ address: '/a', value: 1, snapshot: false, revision: 2, lock: true, ttl: { sliding: 5 } }, 2000);
    expect(parameters.get('/a')).toMatchObject({ lock: { holder: null }, expiresAt: 7000 });
    parameters.write({ address: '/a', value: 1, snapshot: false, revision: 3, unlock: true, ttl: 'never' }, 3000);
    expect(parameters.get('/a')).toMatchObject({ lock: null, expiresAt: null });
    write(parameters, '/a', 1, 4000);
    expect(parameters.get('/a')).toMatchObject({ lock: null, expiresAt: null });
  });

  test('has what the HTTP API says, and the revision that it said it of', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 1000, { revision: 5 });
    const parameter = parameters.get('/a')!;
    parameter.detail({ revision: 4, writer: 'w', lockHolder: 'h', expiresInSeconds: 3 }, 2000);
    expect(parameter).toMatchObject({ revision: 5, writer: 'w', writerRevision: 4, lock: { holder: 'h' }, expiresAt: 5000 });
    const version = parameter.version;
    parameter.detail({ revision: 5, writer: 'w', lockHolder: 'h', expiresInSeconds: 2 }, 3000);
    expect(parameter).toMatchObject({ version, writerRevision: 5 });
    parameter.detail({ revision: 5, writer: 'w' }, 3000);
    expect(parameter).toMatchObject({ lock: null, expiresAt: null });
  });

  test('is not written in the future when the clocks of router and browser differ', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 1000, { revision: 1, writtenAt: 9000 });
    expect(parameters.get('/a')?.writtenAt).toBe(1000);
  });

  test('remembers its last numbers', () => {
    const parameters = new Parameters();
    for (let i = 0; i < HISTORY + 10; i++) {
      write(parameters, '/a', i, i);
    }
    const history = parameters.get('/a')?.history;
    expect(history?.length).toBe(HISTORY);
    expect(history?.at(0)).toBe(10);
    expect(history?.at(HISTORY - 1)).toBe(HISTORY + 9);
  });

  test('has a bar until it leaves 0 to 1', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 0);
    expect(parameters.get('/a')?.unit).toBe(true);
    write(parameters, '/a', 1.5, 0);
    write(parameters, '/a', 0.5, 0);
    expect(parameters.get('/a')?.unit).toBe(false);
    write(parameters, '/i', 1n, 0);
    expect(parameters.get('/i')).toMatchObject({ unit: true, type: 'integer' });
  });

  test('may change its type', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 0);
    write(parameters, '/a', 'one', 1);
    expect(parameters.get('/a')).toMatchObject({ type: 'text', value: 'one' });
  });
});

describe('the selection', () => {
  test('is sorted, with new addresses in their places', () => {
    const parameters = new Parameters();
    for (const address of ['/b', '/a/10', '/a/2']) {
      write(parameters, address, 1, 0);
    }
    expect(parameters.select(all)).toEqual(['/a/2', '/a/10', '/b']);
    write(parameters, '/a/3', 1, 0);
    write(parameters, '/0', 1, 0);
    write(parameters, '/z', 1, 0);
    expect(parameters.select(all)).toEqual(['/0', '/a/2', '/a/3', '/a/10', '/b', '/z']);
  });

  test('is filtered', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 0);
    write(parameters, '/b', 1, 0);
    expect(parameters.select((address) => address === '/b')).toEqual(['/b']);
    expect(parameters.select(all)).toEqual(['/a', '/b']);
  });

  test('is the same array while no address comes', () => {
    const parameters = new Parameters();
    write(parameters, '/a', 1, 0);
    const before = parameters.select(all);
    write(parameters, '/a', 2, 0);
    expect(parameters.select(all)).toBe(before);
  });
});

test('new addresses are told in the order in which they come, until all begins again', () => {
  const parameters = new Parameters();
  write(parameters, '/b', 1, 0);
  write(parameters, '/a', 1, 0);
  write(parameters, '/b', 2, 0);
  expect(parameters.arrived).toEqual(['/b', '/a']);
  const { generation } = parameters;
  parameters.restart();
  expect(parameters.arrived).toEqual([]);
  expect(parameters.generation).not.toBe(generation);
});

test('what has ended is there no more, until it is written again', () => {
  const parameters = new Parameters();
  ['/c', '/a', '/b'].forEach((address) => write(parameters, address, 1, 0));
  parameters.select(all);
  const { generation } = parameters;
  parameters.remove(new Set(['/a', '/none']));
  expect(parameters.select(all)).toEqual(['/b', '/c']);
  expect(parameters.arrived).toEqual(['/c', '/b']);
  expect(parameters.generation).not.toBe(generation);
  write(parameters, '/a', 2, 1);
  expect(parameters.select(all)).toEqual(['/a', '/b', '/c']);
  expect(parameters.arrived).toEqual(['/c', '/b', '/a']);
});

test('after a reconnect only what comes again is there, with its trend', () => {
  const parameters = new Parameters();
  write(parameters, '/stays', 1, 0);
  write(parameters, '/goes', 1, 0);
  parameters.restart();
  expect(parameters.size).toBe(0);
  write(parameters, '/stays', 2, 1, { revision: 1 });
  expect(parameters.select(all)).toEqual(['/stays']);
  expect(parameters.get('/stays')?.history?.length).toBe(2);
  parameters.settle();
  write(parameters, '/goes', 2, 2);
  expect(parameters.get('/goes')?.history?.length).toBe(1);
});

test('5,000 parameters and a second of writes take a small part of it', () => {
  const parameters = new Parameters();
  const before = performance.now();
  for (let i = 0; i < 5000; i++) {
    write(parameters, `/fixture/${i % 50}/channel/${i}`, i, 0, { revision: 1 });
  }
  expect(parameters.select(all)).toHaveLength(5000);
  for (let i = 0; i < 1000; i++) {
    write(parameters, `/fixture/${i % 50}/channel/${i}`, i / 1000, 1);
    parameters.select(all);
  }
  // The bound is for a machine that is very busy.
  expect(performance.now() - before).toBeLessThan(20_000);
});

test.each([
  ['/a/2', '/a/10', -1],
  ['/a/02', '/a/2', -1],
  ['/a/2', '/a/2', 0],
  ['/a', '/a/b', -1],
  ['/a/x', '/a-b/x', -1],
  ['/a/9007199254740993', '/a/9007199254740992', 1],
  ['/a/1b', '/a/1a', 1],
  ['/a/b', '/a/1', 1],
])('%s against %s is %d', (a, b, order) => {
  expect(Math.sign(compareAddresses(a, b))).toBe(order);
  expect(Math.sign(compareAddresses(b, a))).toBe(order === 0 ? 0 : -order);
});
