import { expect, test, vi } from 'vitest';
import { handOverOf, takeToken } from '../src/lib/handover';

test.each([
  ['#token=cpsk_1', { token: 'cpsk_1', hash: '#/' }],
  ['#token=a%2Fb%26c%3D%25&screen=layouts%2Ffront+of%2Fhouse', { token: 'a/b&c=%', hash: '#/layouts/front%20of/house' }],
  ['#screen=%2Flive&token=x', { token: 'x', hash: '#/live' }],
  ['#token=', { token: '', hash: '#/' }],
  ['#token=a%0Ab', { token: '', hash: '#/' }],
  [`#token=${'x'.repeat(9_000)}`, { token: '', hash: '#/' }],
])('%s is a hand-over', (fragment, expected) => {
  expect(handOverOf(fragment)).toEqual(expected);
});

test.each(['', '#', '#/live', '#/live/token=x', '#/live?x&token=x', '#mytoken=x'])('%s is none', (fragment) => {
  expect(handOverOf(fragment)).toBeNull();
});

test('the token does not stay in the address', () => {
  const history = { replaceState: vi.fn() } as unknown as History;
  expect(takeToken({ hash: '#token=cpsk_1&screen=patch' } as Location, history)).toBe('cpsk_1');
  expect(history.replaceState).toHaveBeenCalledExactlyOnceWith(null, '', '#/patch');
  expect(takeToken({ hash: '#/patch' } as Location, history)).toBe('');
  expect(history.replaceState).toHaveBeenCalledOnce();
});
