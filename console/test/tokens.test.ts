import { describe, expect, it } from 'vitest';
import { lifetimeOf, stateOf, tokensMatching, type Token } from '../src/lib/tokens';

const token = (more: Partial<Token> = {}): Token => ({
  id: '1a2b3c4d',
  scopes: ['read:/**'],
  sessions: 0,
  stored: true,
  ...more,
});
const NOW = Date.parse('2026-06-01T00:00:00Z');

describe('tokens', () => {
  it('have a state', () => {
    expect(stateOf(token(), NOW)).toBe('valid');
    expect(stateOf(token({ expires: '2026-06-01T00:00:00Z' }), NOW)).toBe('expired');
    expect(stateOf(token({ expires: '2026-06-01T20:00:00Z' }), NOW)).toBe('soon');
    expect(stateOf(token({ expires: '2027-01-01T00:00:00Z' }), NOW)).toBe('valid');
    expect(stateOf(token({ not_before: '2026-06-02T00:00:00Z' }), NOW)).toBe('early');
  });

  it('are found by id, subject and scopes', () => {
    const all = [token({ subject: 'Desk' }), token({ id: 'ffffffff', scopes: ['write:/lights/**'] })];
    expect(tokensMatching(all, '')).toHaveLength(2);
    expect(tokensMatching(all, 'desk read')).toHaveLength(1);
    expect(tokensMatching(all, 'lights')[0]!.id).toBe('ffffffff');
  });

  it('live for a while that people write', () => {
    expect(lifetimeOf('')).toBeNull();
    expect(lifetimeOf(' 90s ')).toBe(90);
    expect(lifetimeOf('12h')).toBe(43_200);
    expect(lifetimeOf('30 d')).toBe(2_592_000);
    for (const text of ['0s', '1', 'soon', '9999999d', '3661d', '-1h']) {
      expect(lifetimeOf(text), text).toBeUndefined();
    }
  });
});
