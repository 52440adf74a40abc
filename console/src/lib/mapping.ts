import { broken, flawed, type Catalogue, type Limits } from './transforms';

/** Mappings of bridges (docs/mapping.md) as rows of a table. */

export type Way = 'in' | 'out' | 'both';

export interface Rule {
  from: string | string[];
  to: string | string[];
  direction?: Way;
  enabled?: boolean;
  transform?: unknown;
  [more: string]: unknown;
}

/** The numbers of a rule. */
export const RULE_NUMBERS = {
  rate: { kind: 'number', above: 0 },
  deadband: { kind: 'number', least: 0 },
  priority: { kind: 'whole', least: -1_000_000, most: 1_000_000 },
} satisfies Record<string, Limits>;

/** A field of a rule is marked: it is no number, or beyond its limits. */
export function isFlawed(rule: Rule, catalogue: Catalogue): boolean {
  return (
    Object.entries(RULE_NUMBERS).some(([key, limits]) => broken(limits, rule[key]) !== null) ||
    broken({ kind: 'condition' }, rule['when']) !== null ||
    flawed(rule.transform, catalogue) ||
    flawed(rule['inverse'], catalogue)
  );
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
}

/** The rules of a mapping as rows can show them, and the rest of it; null if only text can. */
export function rulesOf(mapping: unknown): { rules: Rule[]; rest: Record<string, unknown> } | null {
  if (mapping === undefined || mapping === null) {
    return { rules: [], rest: {} };
  }
  if (typeof mapping !== 'object') {
    return null;
  }
  const list = Array.isArray(mapping) ? mapping : (mapping as Record<string, unknown>)['rules'];
  const rest = Array.isArray(mapping) ? {} : { ...(mapping as Record<string, unknown>) };
  delete rest['rules'];
  if (list === undefined) {
    // What other programs have written has names of its own.
    return 'mappings' in rest || 'mapping' in rest ? null : { rules: [], rest };
  }
  if (!Array.isArray(list)) {
    return null;
  }
  const plain = list.every(
    (rule: unknown): rule is Rule =>
      typeof rule === 'object' && rule !== null && isPath((rule as Rule).from) && isPath((rule as Rule).to),
  );
  return plain ? { rules: list.map((rule: Rule) => ({ ...rule })), rest } : null;
}

/** The way back; undefined for a mapping that says nothing. */
export function mappingOf(rules: readonly Rule[], rest: Record<string, unknown>): unknown {
  return rules.length === 0 && Object.keys(rest).length === 0 ? undefined : { ...rest, rules };
}

/** Several addresses stand in lines. */
export function pathText(path: string | string[]): string {
  return typeof path === 'string' ? path : path.join('\n');
}

export function pathOfText(text: string): string | string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length === 1 ? lines[0]! : lines.length === 0 ? '' : lines;
}

/** The list with one entry somewhere else. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [entry] = next.splice(from, 1);
  if (entry === undefined) {
    return next;
  }
  next.splice(Math.min(Math.max(0, to), next.length), 0, entry);
  return next;
}

/** Where a dragged row would land: the rows whose middle is above the pointer come before it. */
export function landing(middles: readonly number[], from: number, y: number): number {
  let before = 0;
  middles.forEach((middle, i) => {
    if (i !== from && middle < y) {
      before++;
    }
  });
  return before;
}

/** Which paths a pattern takes, near enough to look for an example: calculations take any digits. */
export function samplePattern(path: string | string[], prefix = ''): RegExp {
  const one = (text: string) => {
    const full = text.startsWith('/') ? text : `${prefix}/${text}`;
    let out = '';
    for (const part of full.split(/(\{[^{}]*\}|\*\*|\*)/)) {
      if (part === '**' || /^\{[^{}]*\*\*\}$/.test(part)) {
        out += '.*';
      } else if (part === '*') {
        out += '[^/]*';
      } else if (part.startsWith('{') && part.endsWith('}')) {
        out += /[-+*/%]/.test(part) ? '\\d+' : '[^/]+';
      } else {
        out += part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      }
    }
    return out;
  };
  const all = (typeof path === 'string' ? [path] : path).map(one);
  return new RegExp(`^(?:${all.join('|')})$`);
}

/** A pattern that the router's API takes for a target: names become stars. */
export function statePattern(path: string | string[], prefix = ''): string {
  const first = (typeof path === 'string' ? path : (path[0] ?? '')).trim();
  const full = first.startsWith('/') ? first : `${prefix}/${first}`;
  return full
    .replace(/\{[^{}]*\*\*\}/g, '**')
    .replace(/\{[^{}]*\}/g, '*')
    .replace(/[^/]*\*\*[^/]*/g, '**');
}
