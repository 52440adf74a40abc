import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pollStatus, type StatusListener } from '../src/lib/status';
import { TokenStore } from '../src/lib/token';

class FakeStorage {
  readonly values = new Map<string, string>();
  getItem = (key: string) => this.values.get(key) ?? null;
  setItem = (key: string, value: string) => void this.values.set(key, value);
  removeItem = (key: string) => void this.values.delete(key);
}

test('the token outlives a reload of the page', () => {
  const storage = new FakeStorage() as unknown as Storage;
  new TokenStore(() => storage).set('secret');
  expect(new TokenStore(() => storage).get()).toBe('secret');
  new TokenStore(() => storage).set('');
  expect(new TokenStore(() => storage).get()).toBe('');
});

test('without storage it is kept as long as the page', () => {
  const store = new TokenStore(() => {
    throw new Error('denied');
  });
  store.set('secret');
  expect(store.get()).toBe('secret');
});

let heard: unknown[];
let asked: (string | undefined)[];
let urls: string[];
let reply: { status: number; body: string };
let stop = () => {};

const listener: StatusListener = {
  answered: (status) => heard.push(['answered', status]),
  failed: () => heard.push('failed'),
  hidden: () => heard.push('hidden'),
  denied: (problem) => heard.push(['denied', problem]),
};

async function poll(token: string, seconds: number): Promise<void> {
  stop = pollStatus('http://router/api/status', token, listener);
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  asked = [];
  urls = [];
  vi.stubGlobal('fetch', (url: string, options: { headers: Record<string, string> }) => {
    urls.push(url);
    asked.push(options.headers['Authorization']);
    return Promise.resolve(new Response(reply.body, { status: reply.status }));
  });
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('the status is asked for with the token', async () => {
  reply = { status: 200, body: '{"name":"router"}' };
  await poll('secret', 2.5);
  expect(asked).toEqual(['Bearer secret', 'Bearer secret', 'Bearer secret']);
  expect(heard[0]).toEqual(['answered', { name: 'router' }]);
});

test('without a token nothing is sent, and that one is wanted is told once', async () => {
  reply = { status: 401, body: 'a token, please\n' };
  await poll('', 5);
  expect(asked).toEqual([undefined]);
  expect(heard).toEqual([['denied', '']]);
});

test.each([401, 429])('after %i a wrong token is not tried again', async (status) => {
  reply = { status, body: 'Invalid token\n' };
  await poll('wrong', 5);
  expect(asked).toHaveLength(1);
  expect(heard).toEqual([['denied', 'Invalid token']]);
});

test('a token that may not see the status is no failure', async () => {
  reply = { status: 403, body: 'no' };
  await poll('reader', 1.5);
  expect(heard).toEqual(['hidden', 'hidden']);
});

test('a token that may not see the status is seldom refused it: each time is in the audit log', async () => {
  reply = { status: 403, body: 'no' };
  await poll('reader', 30.5);
  expect(urls.filter((url) => url === 'http://router/api/status')).toHaveLength(1);
  expect(urls.filter((url) => url === 'http://router/health')).toHaveLength(30);
  expect(asked.filter((token) => token !== undefined)).toEqual(['Bearer reader']);
  expect(heard).toHaveLength(31);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(urls.at(-1)).toBe('http://router/api/status');
});

test('a foreign host name is a failure, not a question of tokens', async () => {
  reply = { status: 403, body: 'not under this host name' };
  await poll('', 0.5);
  expect(heard).toEqual(['failed']);
});
