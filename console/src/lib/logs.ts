import type { AuditEntry, LogEntry } from './events';

/** From the loudest to the quietest. */
export const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogFilter {
  /** Levels that are shown. */
  levels: ReadonlySet<string>;
  /** Part of the name of a source, any case. */
  source: string;
  /** Words, all of which must be in the message. */
  search: string;
}

/** The last part of a logger's name: `Router`. */
export function sourceOf(logger: string): string {
  return logger.slice(logger.lastIndexOf('.') + 1);
}

export function logMatching(entries: readonly LogEntry[], filter: LogFilter): LogEntry[] {
  const words = wordsOf(filter.search);
  const source = filter.source.trim().toLowerCase();
  return entries.filter((entry) => {
    const text = entry.msg.toLowerCase();
    return (
      filter.levels.has(entry.level) &&
      (source === '' || entry.logger.toLowerCase().includes(source)) &&
      words.every((word) => text.includes(word))
    );
  });
}

/** How many there are of each level. */
export function countLevels(entries: readonly LogEntry[]): Record<Level, number> {
  const counts: Record<Level, number> = { error: 0, warn: 0, info: 0, debug: 0, trace: 0 };
  for (const { level } of entries) {
    if (level in counts) {
      counts[level as Level]++;
    }
  }
  return counts;
}

function wordsOf(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter((word) => word !== '');
}

/** A piece of a text; found = it is one of the words looked for. */
export interface Piece {
  text: string;
  found: boolean;
}

/** The text in pieces, so that what was looked for can be marked. Put together they are the text again. */
export function marked(text: string, search: string): Piece[] {
  const words = wordsOf(search);
  const lower = text.toLowerCase();
  // Some letters have more characters in lower case; then positions do not fit.
  if (words.length === 0 || lower.length !== text.length) {
    return [{ text, found: false }];
  }
  const hit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      hit.fill(true, at, at + word.length);
    }
  }
  const pieces: Piece[] = [];
  for (let i = 0; i < text.length; ) {
    let end = i + 1;
    while (end < text.length && hit[end] === hit[i]) {
      end++;
    }
    pieces.push({ text: text.slice(i, end), found: hit[i] === true });
    i = end;
  }
  return pieces.length === 0 ? [{ text, found: false }] : pieces;
}

/** As text for a file: a line each. */
export function logText(entries: readonly LogEntry[]): string {
  return entries.map((e) => `${e.ts} ${e.level.toUpperCase().padEnd(5)} ${e.logger} ${e.msg}\n`).join('');
}

export interface AuditFilter {
  /** Empty for all. */
  event: string;
  /** Empty for all. */
  result: string;
  /** Part of subject, token, peer, session, address or detail. */
  who: string;
  /** Entries before this are left out; milliseconds since 1970, 0 for none. */
  since: number;
}

export function auditMatching(entries: readonly AuditEntry[], filter: AuditFilter): AuditEntry[] {
  const words = wordsOf(filter.who);
  return entries.filter((e) => {
    if ((filter.event !== '' && e.event !== filter.event) || (filter.result !== '' && e.result !== filter.result)) {
      return false;
    }
    if (filter.since > 0 && Date.parse(e.ts) < filter.since) {
      return false;
    }
    if (words.length === 0) {
      return true;
    }
    const all = [e.subject, e.token_id, e.peer, e.session, e.address, e.detail].join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

const LOOKS = ['GET ', 'POST /admin/v1/bridge-preview', 'POST /admin/v1/transform-preview'];

/** An administrator asked, and nothing changed by it: pages do so every second. */
export function onlyLooked(e: AuditEntry): boolean {
  return e.event === 'admin' && e.result === 'ok' && LOOKS.some((look) => e.detail.startsWith(look));
}

/** JSON lines, as `clasp audit` writes them. */
export function jsonLines(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
