export type ScopeAction = 'read' | 'write' | 'admin' | 'federate';

/** One line of the scope builder. */
export interface ScopeLine {
  action: ScopeAction;
  pattern: string;
}

/** As the router counts. */
export const MAX_SCOPES = 256;

/** The lines as one text for the router; those without a pattern are left out. */
export function scopeText(lines: readonly ScopeLine[]): string {
  return lines
    .map(({ action, pattern }) => ({ action, pattern: pattern.trim() }))
    .filter(({ pattern }) => pattern !== '')
    .map(({ action, pattern }) => `${action}:${pattern}`)
    .join(',');
}

const ACTIONS: Record<string, ScopeAction> = {
  read: 'read',
  r: 'read',
  write: 'write',
  w: 'write',
  admin: 'admin',
  a: 'admin',
  '*': 'admin',
  federate: 'federate',
};

/** What a text says, as lines; null for a part that is no scope. The router has the last word. */
export function scopeLines(text: string): (ScopeLine | null)[] {
  return splitScopes(text).map((part) => {
    const colon = part.indexOf(':');
    const action = ACTIONS[part.slice(0, Math.max(0, colon)).toLowerCase()];
    return colon < 0 || action === undefined ? null : { action, pattern: part.slice(colon + 1) };
  });
}

/** Commas separate, except inside braces. */
export function splitScopes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === undefined || (c === ',' && depth === 0)) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    } else if (c === '{') {
      depth++;
    } else if (c === '}') {
      depth = Math.max(0, depth - 1);
    }
  }
  return parts.filter((part) => part !== '');
}

/** What is wrong with a line, as a key of the strings; null if nothing is. The router has the last word. */
export function scopeProblem({ pattern }: ScopeLine): 'slash' | 'blank' | 'literal' | null {
  const p = pattern.trim();
  if (p === '') {
    return null;
  }
  if (/\s/.test(p)) {
    return 'blank';
  }
  if (!p.startsWith('/')) {
    return 'slash';
  }
  // Without a star the router takes braces, brackets and question marks as they stand.
  return !p.includes('*') && /[?[\]{}]/.test(p) ? 'literal' : null;
}

/** What a pattern reaches, in parts from which the strings make a sentence. */
export type Reach =
  | { kind: 'everything' }
  | { kind: 'one'; address: string }
  | { kind: 'below'; parent: string }
  | { kind: 'children'; parent: string }
  | { kind: 'matching'; pattern: string };

export function reachOf(pattern: string): Reach {
  const p = pattern.trim();
  if (p === '/**') {
    return { kind: 'everything' };
  }
  if (!p.includes('*')) {
    return { kind: 'one', address: p };
  }
  const parent = p.replace(/\/\*\*?$/, '');
  if (parent !== p && parent !== '' && !/[*?[\]{}]/.test(parent)) {
    return p.endsWith('/**') ? { kind: 'below', parent } : { kind: 'children', parent };
  }
  return { kind: 'matching', pattern: p };
}

/** An address that a scope allows and one that looks similar and is not, to make a pattern clear. */
export function examplesOf(pattern: string): { yes: string[]; no: string[] } {
  const reach = reachOf(pattern);
  switch (reach.kind) {
    case 'everything':
      return { yes: ['/lights/1', '/a/b/c'], no: [] };
    case 'one':
      return { yes: [reach.address], no: [`${reach.address}/x`] };
    case 'below':
      return { yes: [`${reach.parent}/1`, `${reach.parent}/1/level`], no: [reach.parent] };
    case 'children':
      return { yes: [`${reach.parent}/1`], no: [reach.parent, `${reach.parent}/1/level`] };
    case 'matching':
      return { yes: [], no: [] };
  }
}

export const PRESETS: readonly { id: string; lines: readonly ScopeLine[] }[] = [
  { id: 'watch', lines: [{ action: 'read', pattern: '/**' }] },
  { id: 'operate', lines: [{ action: 'write', pattern: '/**' }] },
  { id: 'lights', lines: [{ action: 'read', pattern: '/**' }, { action: 'write', pattern: '/lights/**' }] },
  { id: 'sensor', lines: [{ action: 'write', pattern: '/sensors/**' }] },
  { id: 'metrics', lines: [{ action: 'read', pattern: '/clasp/metrics' }] },
  {
    id: 'peer',
    lines: [
      { action: 'read', pattern: '/clasp/p2p/**' },
      { action: 'write', pattern: '/clasp/p2p/**' },
    ],
  },
  { id: 'admin', lines: [{ action: 'admin', pattern: '/**' }] },
];
