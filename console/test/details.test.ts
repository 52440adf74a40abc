import { beforeEach, expect, test } from 'vitest';
import { Refused } from '../src/lib/api';
import { Details } from '../src/lib/details';
import { Parameters } from '../src/lib/parameters';

let now: number;
let asked: string[];
let parameters: Parameters;
let answer: (pattern: string) => object[];
let next: string | undefined;
let details: Details;

beforeEach(() => {
  now = 100_000;
  asked = [];
  parameters = new Parameters();
  answer = () => [];
  next = undefined;
  details = new Details(
    {
      get: async <T>(path: string) => {
        const pattern = new URL(path, 'http://router/').searchParams.get('pattern') ?? '';
        asked.push(pattern);
        return { parameters: answer(pattern), next } as T;
      },
    },
    parameters,
    () => now,
  );
});

function write(address: string, revision: number): void {
  parameters.write({ address, value: 1, snapshot: false, revision }, now);
}

test('neighbours are asked about together, one alone by its address', async () => {
  ['/a/1', '/a/2', '/b/c'].forEach((address) => write(address, 1));
  answer = (pattern) => (pattern === '/a/*' ? [{ address: '/a/2', revision: 1, writer: 'w', lockHolder: 'h', expiresInSeconds: 9 }] : []);
  expect(await details.look(['/a/1', '/a/2', '/b/c', '/unknown'])).toBe(true);
  expect(asked).toEqual(['/a/*', '/b/c']);
  expect(parameters.get('/a/2')).toMatchObject({ writer: 'w', lock: { holder: 'h' }, expiresAt: now + 9000 });
});

test('it is asked again soon about what has changed, and later about what has not', async () => {
  write('/a', 1);
  write('/b', 1);
  answer = (pattern) => [{ address: pattern, revision: 1 }];
  await details.look(['/a']);
  await details.look(['/b']);
  write('/a', 2);
  await details.look(['/a', '/b']);
  expect(asked).toEqual(['/a', '/b']);
  now += 3_000;
  await details.look(['/b']);
  expect(asked).toEqual(['/a', '/b']);
  await details.look(['/a']);
  expect(asked).toEqual(['/a', '/b', '/a']);
  now += 16_000;
  await details.look(['/b']);
  expect(asked).toEqual(['/a', '/b', '/a', '/b']);
});

test.each([
  [403, 1],
  [0, 2],
  [503, 2],
])('after a refusal with %i it is asked %i times', async (status, times) => {
  write('/a', 1);
  answer = () => {
    throw new Refused('', status);
  };
  await details.look(['/a']);
  now += 60_000;
  expect(await details.look(['/a'])).toBe(false);
  expect(asked).toHaveLength(times);
});

test('an address without a slash is not asked about', async () => {
  write('odd', 1);
  write('/a', 1);
  await details.look(['odd', '/a']);
  expect(asked).toEqual(['/a']);
});

test('an address with a star is not taken for a pattern of its own', async () => {
  write('/a/*', 1);
  answer = () => [{ address: '/a/*', revision: 1 }, { address: '/a/b', revision: 1 }];
  await details.look(['/a/*']);
  expect(asked).toEqual(['/a/*']);
  expect(parameters.get('/a/*')).toMatchObject({ writer: '' });
});

test('what became known while the answer was on its way is newer than it', async () => {
  write('/a', 1);
  answer = () => {
    now += 100;
    parameters.get('/a')!.lock = null;
    parameters.get('/a')!.askedAt = now;
    return [{ address: '/a', revision: 1, lockHolder: 'old' }];
  };
  await details.look(['/a']);
  expect(parameters.get('/a')?.lock).toBeNull();
});

test('what the router has no more is taken away, unless it was written meanwhile', async () => {
  ['/a/1', '/a/2', '/a/3', '/b/c'].forEach((address) => write(address, 1));
  answer = (pattern) => {
    write('/a/2', 2);
    return pattern === '/a/*' ? [{ address: '/a/1', revision: 1 }] : [];
  };
  expect(await details.look(['/a/1', '/a/2', '/a/3', '/b/c'])).toBe(true);
  expect(parameters.arrived).toEqual(['/a/1', '/a/2']);
  expect(parameters.has('/a/3')).toBe(false);
  expect(parameters.size).toBe(2);
});

test('when its lifetime is over it is asked about soon', async () => {
  write('/a', 1);
  answer = () => [{ address: '/a', revision: 1, expiresInSeconds: 3 }];
  await details.look(['/a']);
  now += 2_500;
  await details.look(['/a']);
  expect(asked).toHaveLength(1);
  now += 1_000;
  answer = () => [];
  expect(await details.look(['/a'])).toBe(true);
  expect(parameters.size).toBe(0);
});

test('siblings that do not fit into one answer are asked about one by one, those that wait longest first', async () => {
  const addresses = Array.from({ length: 8 }, (_, i) => `/a/${i}`);
  addresses.forEach((address) => write(address, 1));
  next = 'more';
  answer = () => [{ address: '/a/0', revision: 1, writer: 'w' }];
  await details.look(addresses);
  expect(asked).toEqual(['/a/*']);
  expect(parameters.size).toBe(8);

  next = undefined;
  answer = (pattern) => [{ address: pattern, revision: 1, writer: 'w' }];
  now += 3_000;
  for (let look = 0; look < 2; look++) {
    // All of them change all the time.
    addresses.forEach((address) => write(address, 2 + look));
    now += 3_000;
    await details.look(addresses);
  }
  expect(new Set(asked.slice(1)).size).toBe(8);
  expect(addresses.every((address) => parameters.get(address)?.writer === 'w')).toBe(true);
});
