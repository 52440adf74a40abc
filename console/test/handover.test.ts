import { expect, test, vi } from 'vitest';
import { handOverOf, redeem, takeTicket } from '../src/lib/handover';

const TICKET = 'AbC-_0123456789abcdefghijklmnopq';

test.each([
  [`#ticket=${TICKET}`, { ticket: TICKET, hash: '#/' }],
  [`#ticket=${TICKET}&screen=layouts%2Ffront+of%2Fhouse`, { ticket: TICKET, hash: '#/layouts/front%20of/house' }],
  [`#screen=%2Flive&ticket=${TICKET}`, { ticket: TICKET, hash: '#/live' }],
  ['#ticket=', { ticket: '', hash: '#/' }],
  ['#ticket=a%0Ab', { ticket: '', hash: '#/' }],
  [`#ticket=${'x'.repeat(900)}`, { ticket: '', hash: '#/' }],
])('%s is a hand-over', (fragment, expected) => {
  expect(handOverOf(fragment)).toEqual(expected);
});

test.each(['', '#', '#/live', '#/live/ticket=x', '#/live?x&ticket=x', '#myticket=x'])('%s is none', (fragment) => {
  expect(handOverOf(fragment)).toBeNull();
});

test('the ticket does not stay in the address', () => {
  const history = { replaceState: vi.fn() } as unknown as History;
  expect(takeTicket({ hash: `#ticket=${TICKET}&screen=patch` } as Location, history)).toBe(TICKET);
  expect(history.replaceState).toHaveBeenCalledExactlyOnceWith(null, '', '#/patch');
  expect(takeTicket({ hash: '#/patch' } as Location, history)).toBeNull();
  expect(history.replaceState).toHaveBeenCalledOnce();
});

test('a ticket is good for a token, or for nothing', async () => {
  const fetch = vi.fn(async (..._: unknown[]) => new Response('{"token":"cpsk_1"}'));
  vi.stubGlobal('fetch', fetch);
  expect(await redeem('https://stage.local/desk/', TICKET)).toBe('cpsk_1');
  expect(fetch.mock.calls[0]).toMatchObject(['https://stage.local/desk/api/ticket/redeem', { method: 'POST', body: TICKET }]);
  fetch.mockResolvedValueOnce(new Response('no', { status: 404 }));
  expect(await redeem('https://stage.local/desk/', TICKET)).toBe('');
  fetch.mockRejectedValueOnce(new TypeError('no network'));
  expect(await redeem('https://stage.local/desk/', TICKET)).toBe('');
  vi.unstubAllGlobals();
});
