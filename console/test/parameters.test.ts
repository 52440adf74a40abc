import { describe, expect, test } from 'vitest';
import { compareAddresses, HISTORY, Parameters } from '../src/lib/parameters';

const all = () => true;

describe('a parameter', () => {
  test('has the value, revision and time of its snapshot', () => {
    const parameters = new Parameters();
    parameters.write('/a', 0.5, 1000, { revision: 7, writtenAt: 400 });
    expect(parameters.get('/a')).toMatchObject({ value: 0.5, type: 'number', revision: 7, revisionExact: true, writtenAt: 400 });
  });

  test('counts the writes it sees after that, which may be fewer than there were', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 1000, { revision: 7 });
    parameters.write('/a', 2, 2000);
    parameters.write('/a', 2, 3000);
    expect(parameters.get('/a')).toMatchObject({ value: 2, revision: 9, revisionExact: false, writtenAt: 3000 });
  });

  test('that a second snapshot repeats is not written again', () => {
    const parameters = new Parameters();
    parameters.write('/a', { x: 1 }, 1000, { revision: 7, writtenAt: 900 });
    parameters.write('/a', { x: 1 }, 5000, { revision: 7, writtenAt: 900 });
    expect(parameters.get('/a')).toMatchObject({ revision: 7, writtenAt: 900 });
    parameters.write('/n', 1, 1000, { revision: 1 });
    parameters.write('/n', 1, 5000, { revision: 1 });
    expect(parameters.get('/n')).toMatchObject({ writtenAt: 1000 });
    expect(parameters.get('/n')?.history?.length).toBe(1);
  });

  test('learns its exact revision from a snapshot', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 1000);
    parameters.write('/a', 1, 1100, { revision: 12 });
    expect(parameters.get('/a')).toMatchObject({ revision: 12, revisionExact: true });
  });

  test('is not written in the future when the clocks of router and browser differ', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 1000, { revision: 1, writtenAt: 9000 });
    expect(parameters.get('/a')?.writtenAt).toBe(1000);
  });

  test('remembers its last numbers', () => {
    const parameters = new Parameters();
    for (let i = 0; i < HISTORY + 10; i++) {
      parameters.write('/a', i, i);
    }
    const history = parameters.get('/a')?.history;
    expect(history?.length).toBe(HISTORY);
    expect(history?.at(0)).toBe(10);
    expect(history?.at(HISTORY - 1)).toBe(HISTORY + 9);
  });

  test('has a bar until it leaves 0 to 1', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 0);
    expect(parameters.get('/a')?.unit).toBe(true);
    parameters.write('/a', 1.5, 0);
    parameters.write('/a', 0.5, 0);
    expect(parameters.get('/a')?.unit).toBe(false);
  });

  test('may change its type', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 0);
    parameters.write('/a', 'one', 1);
    expect(parameters.get('/a')).toMatchObject({ type: 'text', value: 'one' });
  });
});

describe('the selection', () => {
  test('is sorted, with new addresses in their places', () => {
    const parameters = new Parameters();
    for (const address of ['/b', '/a/10', '/a/2']) {
      parameters.write(address, 1, 0);
    }
    expect(parameters.select(all)).toEqual(['/a/2', '/a/10', '/b']);
    parameters.write('/a/3', 1, 0);
    parameters.write('/0', 1, 0);
    parameters.write('/z', 1, 0);
    expect(parameters.select(all)).toEqual(['/0', '/a/2', '/a/3', '/a/10', '/b', '/z']);
  });

  test('is filtered', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 0);
    parameters.write('/b', 1, 0);
    expect(parameters.select((address) => address === '/b')).toEqual(['/b']);
    expect(parameters.select(all)).toEqual(['/a', '/b']);
  });

  test('is the same array while no address comes', () => {
    const parameters = new Parameters();
    parameters.write('/a', 1, 0);
    const before = parameters.select(all);
    parameters.write('/a', 2, 0);
    expect(parameters.select(all)).toBe(before);
  });
});

test('after a reconnect only what comes again is there, with its trend', () => {
  const parameters = new Parameters();
  parameters.write('/stays', 1, 0);
  parameters.write('/goes', 1, 0);
  parameters.restart();
  expect(parameters.size).toBe(0);
  parameters.write('/stays', 2, 1, { revision: 1 });
  expect(parameters.select(all)).toEqual(['/stays']);
  expect(parameters.get('/stays')?.history?.length).toBe(2);
});

test('5,000 parameters and a second of writes take a small part of it', () => {
  const parameters = new Parameters();
  const before = performance.now();
  for (let i = 0; i < 5000; i++) {
    parameters.write(`/fixture/${i % 50}/channel/${i}`, i, 0, { revision: 1 });
  }
  expect(parameters.select(all)).toHaveLength(5000);
  for (let i = 0; i < 1000; i++) {
    parameters.write(`/fixture/${i % 50}/channel/${i}`, i / 1000, 1);
    parameters.select(all);
  }
  expect(performance.now() - before).toBeLessThan(3000);
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
