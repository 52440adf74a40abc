/** The answer to GET /api/status; see docs/status-api.md. Counters are totals since the router started. */
export interface Status {
  name: string;
  version: string;
  started: string;
  uptimeSeconds: number;
  sessions: Session[];
  parameters: number;
  subscriptions: number;
  messagesIn: number;
  messagesOut: number;
  dropped: number;
}

export interface Session {
  id: string;
  name: string;
  peer: string;
  transport: string;
  connected: string;
  subscriptions: number;
  messagesIn: number;
  messagesOut: number;
  bytesIn: number;
  bytesOut: number;
  queued: number;
  dropped: number;
}

/** Per second; null while there is nothing to compare with. */
export interface Rates {
  messagesIn: number | null;
  messagesOut: number | null;
  sessions: Map<string, { messagesIn: number; messagesOut: number }>;
}

/** What happened between two answers, by the router's own clock. */
export function ratesBetween(before: Status | null, after: Status): Rates {
  const sessions: Rates['sessions'] = new Map();
  const seconds = before?.started === after.started ? after.uptimeSeconds - before.uptimeSeconds : 0;
  if (!before || seconds <= 0) {
    return { messagesIn: null, messagesOut: null, sessions };
  }
  const perSecond = (from: number, to: number) => Math.max(0, (to - from) / seconds);
  const earlier = new Map(before.sessions.map((session) => [session.id, session]));
  for (const session of after.sessions) {
    const first = earlier.get(session.id);
    if (first) {
      sessions.set(session.id, {
        messagesIn: perSecond(first.messagesIn, session.messagesIn),
        messagesOut: perSecond(first.messagesOut, session.messagesOut),
      });
    }
  }
  return {
    messagesIn: perSecond(before.messagesIn, after.messagesIn),
    messagesOut: perSecond(before.messagesOut, after.messagesOut),
    sessions,
  };
}

const INTERVAL = 1_000;
const TIMEOUT = 4_000;
/** Each time that a token may not see the status is a line of the audit log, of which the router keeps few. */
const UNTIL_ASKED_AGAIN = 30;

export interface StatusListener {
  answered(status: Status): void;
  failed(): void;
  /** The router answers, but this token may not see the status. */
  hidden(): void;
  /** The router wants a token, or another one; it is not asked any more. */
  denied(problem: string): void;
}

/**
 * Asks once a second, never twice at the same time. Returns the function that stops it. Whoever may not see the status
 * asks for it seldom; in between, that the router answers at all is enough.
 *
 * A wrong token is asked with once: more would look like guessing.
 */
export function pollStatus(url: string, token: string, listener: StatusListener): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Questions for which it is enough that the router answers. */
  let light = 0;
  const ask = async () => {
    try {
      if (light > 0) {
        light--;
        const health = new URL('../health', url).href;
        const reply = await fetch(health, { cache: 'no-store', headers: {}, signal: AbortSignal.timeout(TIMEOUT) });
        await reply.text();
        // A proxy that does not reach the router, or a router that is stuck.
        if (reply.status >= 500) {
          throw new Error(`health ${reply.status}`);
        }
        if (!stopped) {
          listener.hidden();
          timer = setTimeout(() => void ask(), INTERVAL);
        }
        return;
      }
      const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
      const reply = await fetch(url, { cache: 'no-store', headers, signal: AbortSignal.timeout(TIMEOUT) });
      if (reply.status === 401 || reply.status === 429) {
        const problem = token ? (await reply.text()).trim() : '';
        if (!stopped) {
          stopped = true;
          listener.denied(problem);
        }
        return;
      }
      if (reply.status === 403 && token) {
        light = UNTIL_ASKED_AGAIN;
        if (!stopped) {
          listener.hidden();
          timer = setTimeout(() => void ask(), INTERVAL);
        }
        return;
      }
      if (!reply.ok) {
        throw new Error(`status ${reply.status}`);
      }
      const status = (await reply.json()) as Status;
      if (!stopped) {
        listener.answered(status);
      }
    } catch {
      light = 0;
      if (!stopped) {
        listener.failed();
      }
    }
    if (!stopped) {
      timer = setTimeout(() => void ask(), INTERVAL);
    }
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
