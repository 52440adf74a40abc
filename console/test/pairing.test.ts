import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { groupCode, Pairing, type PairingState } from '../src/lib/pairing';

let states: PairingState[];
let asked: { method: string; authorization: string; body: string | undefined }[];
let reply: { status: number; body: unknown } | 'nobody';
let pairing: Pairing;

const shown = { needed: true, possible: true, code: '482913', secondsLeft: 300, attemptsLeft: 5, scopes: ['read:/**'] };

beforeEach(() => {
  vi.useFakeTimers();
  states = [];
  asked = [];
  reply = { status: 201, body: shown };
  vi.stubGlobal('fetch', (_url: string, options: RequestInit) => {
    const headers = options.headers as Record<string, string>;
    asked.push({
      method: options.method ?? 'GET',
      authorization: headers['Authorization'] ?? '',
      body: options.body as string | undefined,
    });
    if (reply === 'nobody') {
      return Promise.reject(new TypeError('no route'));
    }
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    return Promise.resolve(new Response(body, { status: reply.status }));
  });
  pairing = new Pairing('http://router/api/pair', () => 'secret', (state) => states.push(state));
});

afterEach(() => {
  pairing.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a code is asked for with the token and shown until it ends', async () => {
  await pairing.show('read:/**');

  expect(asked).toEqual([{ method: 'POST', authorization: 'Bearer secret', body: '{"scopes":"read:/**"}' }]);
  expect(states).toEqual([
    { kind: 'asking' },
    {
      kind: 'shown',
      shown: { code: '482913', endsAt: Date.now() + 300_000, attemptsLeft: 5, scopes: ['read:/**'] },
    },
  ]);
});

test('a failed attempt is seen, and so is the end', async () => {
  await pairing.show('read:/**');
  reply = { status: 200, body: { ...shown, attemptsLeft: 4 } };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states.at(-1)).toMatchObject({ kind: 'shown', shown: { attemptsLeft: 4 } });

  reply = { status: 200, body: { needed: true, possible: true } };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states.at(-1)).toEqual({ kind: 'over' });

  const before = asked.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(before);
});

test('somebody else has made another code: this one is over', async () => {
  await pairing.show('read:/**');
  reply = { status: 200, body: { ...shown, code: '111111' } };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states.at(-1)).toEqual({ kind: 'over' });
});

test('a router that does not answer does not end the code', async () => {
  await pairing.show('read:/**');
  reply = 'nobody';
  await vi.advanceTimersByTimeAsync(3_000);
  expect(states.at(-1)).toMatchObject({ kind: 'shown' });
});

test('what the router says against it is shown', async () => {
  reply = { status: 400, body: 'the action of a scope is read, write, admin or federate\n' };
  await pairing.show('fly:/**');
  expect(states.at(-1)).toEqual({
    kind: 'failed',
    problem: 'the action of a scope is read, write, admin or federate',
  });
});

test('a code that is taken back is gone at once', async () => {
  await pairing.show('read:/**');
  await pairing.withdraw();
  expect(asked.at(-1)?.method).toBe('DELETE');
  expect(states.at(-1)).toEqual({ kind: 'none' });
});

test('codes are easier to read in groups', () => {
  expect(groupCode('482913')).toBe('482 913');
});
