import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pollDevices, safeLink, shares, urlsOf, type Devices } from '../src/lib/devices';

const addresses = {
  urls: ['ws://192.168.1.20:7330', 'tcp://192.168.1.20:7330', 'ws://localhost:7330'],
  pages: ['http://192.168.1.20:7330/'],
};

test('a telephone gets the address by which the page came', () => {
  expect(shares('http://stage.local:7330/#x', 'ws://stage.local:7330/', addresses)).toEqual([
    { kind: 'app', url: 'ws://stage.local:7330/' },
    { kind: 'browser', url: 'http://stage.local:7330/' },
  ]);
});

test('a page that came from this machine asks the router for addresses', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    const page = `http://${host}:7330/`;
    expect(shares(page, `ws://${host}:7330/`, addresses)).toEqual([
      { kind: 'app', url: 'ws://192.168.1.20:7330' },
      { kind: 'browser', url: 'http://192.168.1.20:7330/' },
    ]);
    expect(shares(page, '', null)).toEqual([]);
    expect(shares(page, '', { urls: ['ws://localhost:1', 'nonsense'], pages: [] })).toEqual([]);
  }
});

test('only links to pages are followed', () => {
  expect(safeLink('http://h:7330/')).toBe('http://h:7330/');
  expect(safeLink('https://h/')).toBe('https://h/');
  for (const wrong of ['javascript:alert(1)', 'data:text/html,x', 'ws://h', '', undefined]) {
    expect(safeLink(wrong)).toBeUndefined();
  }
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('devices are asked for with the token, again and again, until it is enough', async () => {
  const asked: string[] = [];
  const answers: (Devices | 'failed')[] = [];
  let works = true;
  vi.stubGlobal('fetch', (_url: string, options: RequestInit) => {
    asked.push((options.headers as Record<string, string>)['Authorization'] ?? '');
    return works
      ? Promise.resolve(new Response('{"devices":[],"problems":[]}'))
      : Promise.resolve(new Response('', { status: 404 }));
  });
  const stop = pollDevices('http://router/api/devices', 'secret', {
    answered: (devices) => answers.push(devices),
    failed: () => answers.push('failed'),
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['Bearer secret']);
  expect(answers).toEqual([{ devices: [], problems: [] }]);
  works = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(answers.at(-1)).toBe('failed');
  stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toHaveLength(2);
});

test('a device has every URL once, at each of its addresses', () => {
  const device = {
    id: 'a',
    name: 'a',
    secondsSinceSeen: 0,
    self: false,
    sources: ['mdns'],
    url: 'ws://192.0.2.7:7330/clasp',
    endpoints: { ws: 'ws://192.0.2.7:7330/clasp', tcp: 'tcp://192.0.2.7:7330', udp: '192.0.2.7:7331' },
    addresses: ['192.0.2.7', '198.51.100.1', 'fe80::1'],
  };
  expect(urlsOf(device)).toEqual([
    'ws://192.0.2.7:7330/clasp',
    'tcp://192.0.2.7:7330',
    'ws://198.51.100.1:7330/clasp',
    'ws://[fe80::1]:7330/clasp',
  ]);
  expect(urlsOf({ ...device, url: 'rubbish', endpoints: {} })).toEqual(['rubbish']);
});
