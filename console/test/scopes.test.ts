import { describe, expect, it } from 'vitest';
import { examplesOf, PRESETS, reachOf, scopeLines, scopeProblem, scopeText, splitScopes } from '../src/lib/scopes';

describe('scopes', () => {
  it('become a text and lines again', () => {
    const lines = [
      { action: 'read' as const, pattern: ' /** ' },
      { action: 'write' as const, pattern: '/{a,b}/*' },
      { action: 'admin' as const, pattern: '' },
    ];
    expect(scopeText(lines)).toBe('read:/**,write:/{a,b}/*');
    expect(scopeLines('read:/**, w:/{a,b}/*,x:/a,nothing')).toEqual([
      { action: 'read', pattern: '/**' },
      { action: 'write', pattern: '/{a,b}/*' },
      null,
      null,
    ]);
    expect(splitScopes('')).toEqual([]);
  });

  it('say what is wrong', () => {
    expect(scopeProblem({ action: 'read', pattern: 'lights/**' })).toBe('slash');
    expect(scopeProblem({ action: 'read', pattern: '/a b' })).toBe('blank');
    expect(scopeProblem({ action: 'read', pattern: '/a/{x,y}' })).toBe('literal');
    expect(scopeProblem({ action: 'read', pattern: '/a/{x,y}/*' })).toBeNull();
    expect(scopeProblem({ action: 'read', pattern: '' })).toBeNull();
  });

  it('say what they reach', () => {
    expect(reachOf('/**')).toEqual({ kind: 'everything' });
    expect(reachOf('/a/b')).toEqual({ kind: 'one', address: '/a/b' });
    expect(reachOf('/a/**')).toEqual({ kind: 'below', parent: '/a' });
    expect(reachOf('/a/*')).toEqual({ kind: 'children', parent: '/a' });
    expect(reachOf('/*/a')).toEqual({ kind: 'matching', pattern: '/*/a' });
    expect(examplesOf('/a/**')).toEqual({ yes: ['/a/1', '/a/1/level'], no: ['/a'] });
  });

  it('of the presets are right', () => {
    for (const { lines } of PRESETS) {
      expect(lines.map(scopeProblem)).toEqual(lines.map(() => null));
      expect(scopeLines(scopeText(lines))).toEqual(lines);
    }
  });
});
