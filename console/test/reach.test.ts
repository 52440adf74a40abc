import { beforeEach, expect, test } from 'vitest';
import { Refusal, type Received, type SubscribeOptions } from '../src/clasp';
import { MOST, Reach } from '../src/lib/reach';

interface Sub {
  pattern: string;
  callback: (r: Received) => void;
  options: SubscribeOptions;
  closed: boolean;
}

let subs: Sub[];
let addresses: string[];
let told: string[];
let reach: Reach;

const open = () => subs.filter((sub) => !sub.closed).map((sub) => sub.pattern);
const find = (pattern: string) => [...subs].reverse().find((sub) => sub.pattern === pattern && !sub.closed)!;
const refuse = (pattern: string, code = 301) => find(pattern).options.refused?.(new Refusal('refused', 'no', code, pattern));

beforeEach(() => {
  subs = [];
  told = [];
  addresses = [];
  reach = new Reach(
    {
      subscribe: (pattern, callback, options = {}) => {
        const sub = { pattern, callback, options, closed: false };
        subs.push(sub);
        return { close: () => void (sub.closed = true) };
      },
    },
    () => addresses,
    {
      received: (r) => told.push(`received ${r.address}`),
      ready: () => told.push('ready'),
      narrow: (followed) => told.push(`narrow ${followed}`),
    },
  );
});

test('everything is one subscription for who may read everything', () => {
  find('/**').options.ready?.();
  expect(open()).toEqual(['/**']);
  expect(told).toEqual(['ready']);
});

test('where a pattern reaches too far, what is known below it is tried', () => {
  addresses = ['/lights/1/level', '/lights/2/level', '/sound', '/lights/1'];
  refuse('/**');
  expect(told).toEqual(['narrow true', 'ready']);
  expect(open()).toEqual(['/**', '/lights/**', '/sound']);
  refuse('/lights/**');
  expect(open()).toEqual(['/**', '/sound', '/lights/1/**', '/lights/2/**']);
  refuse('/lights/1/**');
  expect(open()).toEqual(['/**', '/sound', '/lights/2/**', '/lights/1/level', '/lights/1']);
  refuse('/lights/1');
  expect(open()).toEqual(['/**', '/sound', '/lights/2/**', '/lights/1/level']);
  find('/sound').callback({ address: '/sound' } as Received);
  expect(told.at(-1)).toBe('received /sound');
});

test('what is refused for another reason is not tried in parts', () => {
  addresses = ['/a/b'];
  refuse('/**', 429);
  expect(open()).toEqual(['/**']);
  expect(told).toEqual(['ready']);
});

test('each connection begins again', () => {
  addresses = ['/a/b'];
  refuse('/**');
  expect(open()).toEqual(['/**', '/a/**']);
  addresses = ['/c/d'];
  refuse('/**');
  expect(open()).toEqual(['/**', '/c/**']);
  find('/**').options.ready?.();
  expect(open()).toEqual(['/**']);
});

test('everything is asked for again when somebody wants it', () => {
  addresses = ['/a/b'];
  refuse('/**');
  reach.again();
  expect(open()).toEqual(['/**']);
  expect(subs.map((sub) => sub.pattern)).toEqual(['/**', '/a/**', '/**']);
  find('/**').options.ready?.();
  expect(told.at(-1)).toBe('ready');
});

test('there is an end of it, and it is said', () => {
  addresses = Array.from({ length: MOST + 100 }, (_, i) => `/${i}`);
  refuse('/**');
  expect(open()).toHaveLength(MOST + 1);
  expect(told).toContain('narrow false');
  expect(told.at(-2)).toBe('narrow false');
});
