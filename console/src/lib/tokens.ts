/** A token as GET admin/v1/tokens shows it: never the token itself. */
export interface Token {
  id: string;
  subject?: string;
  scopes: string[];
  created?: string;
  expires?: string;
  not_before?: string;
  /** Since the router started; missing if nobody has shown it since. */
  last_used?: string;
  sessions: number;
  /** Whether it is in the store, so that it can be revoked here. */
  stored: boolean;
}

export type TokenState = 'valid' | 'early' | 'soon' | 'expired';

const SOON = 24 * 3600 * 1000;

export function stateOf(token: Token, now: number): TokenState {
  if (token.expires !== undefined && Date.parse(token.expires) <= now) {
    return 'expired';
  }
  if (token.not_before !== undefined && Date.parse(token.not_before) > now) {
    return 'early';
  }
  return token.expires !== undefined && Date.parse(token.expires) - now < SOON ? 'soon' : 'valid';
}

/** All words must be in id, subject or scopes. */
export function tokensMatching(tokens: readonly Token[], filter: string): Token[] {
  const words = filter.trim().toLowerCase().split(/\s+/);
  return tokens.filter((token) => {
    const all = `${token.id} ${token.subject ?? ''} ${token.scopes.join(' ')}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** 90s, 30m, 12h, 7d as seconds; empty is for ever (null); undefined if it is none of these. */
export function lifetimeOf(text: string): number | null | undefined {
  const t = text.trim();
  if (t === '') {
    return null;
  }
  const [, amount, unit] = /^(\d{1,6})\s*(s|m|h|d)$/.exec(t) ?? [];
  if (amount === undefined) {
    return undefined;
  }
  const seconds = Number(amount) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
  return seconds >= 1 && seconds <= 3660 * 86_400 ? seconds : undefined;
}

/** The answer to POST admin/v1/may. */
export interface Verdict {
  allowed: boolean;
  action: string;
  address: string;
  /** It was asked about a pattern: about all that it can match. */
  pattern: boolean;
  /** The scopes that allow it. */
  by: string[];
  why: string;
  token_id?: string;
  subject?: string;
  scopes: string[];
  constraints: string[];
}
