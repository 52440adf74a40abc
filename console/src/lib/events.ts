import type { Api } from './api';

/** An event of GET admin/v1/events. */
export interface RouterEvent<T> {
  number: number;
  kind: string;
  event: T;
}

export interface AuditEntry {
  ts: string;
  event: string;
  result: string;
  subject?: string;
  token_id?: string;
  peer?: string;
  session?: string;
  address?: string;
  code?: number;
  detail: string;
}

export interface LogEntry {
  ts: string;
  level: string;
  logger: string;
  msg: string;
}

interface Answer<T> {
  events: RouterEvent<T>[];
  last: number;
}

/** The last entries of a list that grows, the oldest first. */
export class Tail<T> {
  private kept: T[] = [];
  /** Entries that fell out at the front. */
  lost = 0;

  constructor(private readonly most: number) {}

  get entries(): readonly T[] {
    return this.kept;
  }

  add(more: readonly T[]): void {
    const all = this.kept.concat(more);
    const over = Math.max(0, all.length - this.most);
    this.lost += over;
    this.kept = over > 0 ? all.slice(over) : all;
  }

  clear(): void {
    this.kept = [];
    this.lost = 0;
  }
}

const WAIT_SECONDS = 20;
const PAGE = 256;
const AFTER_FAILURE = 2_000;
/**
 * Between two questions: events that come one by one are fetched together, and a router that does not let us wait,
 * because too many wait already, is not asked without end.
 */
const BETWEEN = 250;

/**
 * Follows the events of one kind: asks for those after the last one known, and the router answers when there is one.
 * Numbers begin anew with the router; a jump in them means that events were missed.
 */
export class EventFollower<T> {
  private last = 0;
  /** Counts starts and stops, so that a late answer does not begin anew what was stopped. */
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Takes back the question that waits: a browser has six connections for a router, and each would hold one. */
  private question = new AbortController();

  /**
   * @param got new events, the oldest first
   * @param failed what the router said, perhaps nothing; it is asked again
   */
  constructor(
    private readonly api: Pick<Api, 'get'>,
    private readonly kind: 'audit' | 'log',
    private readonly got: (events: RouterEvent<T>[]) => void,
    private readonly failed: (said: string) => void = () => {},
  ) {}

  start(): void {
    this.stop();
    this.question = new AbortController();
    void this.ask(this.turn, this.question.signal);
  }

  /** Asks no more; after another {@link start} it goes on where it was. */
  stop(): void {
    this.turn++;
    clearTimeout(this.timer);
    this.question.abort();
  }

  private async ask(turn: number, ended: AbortSignal): Promise<void> {
    let pause = BETWEEN;
    try {
      const answer = await this.api.get<Answer<T>>(
        `admin/v1/events?kind=${this.kind}&after=${this.last}&wait=${WAIT_SECONDS}&limit=${PAGE}`,
        (WAIT_SECONDS + 8) * 1000,
        ended,
      );
      if (turn !== this.turn) {
        return;
      }
      const newest = answer.events.at(-1)?.number;
      // Of another router: its numbers began anew.
      this.last = answer.last < this.last ? (newest ?? answer.last) : (newest ?? this.last);
      if (answer.events.length > 0) {
        this.got(answer.events);
      }
      this.failed('');
    } catch (refusal) {
      if (turn !== this.turn) {
        return;
      }
      this.failed(refusal instanceof Error ? refusal.message || '?' : '?');
      pause = AFTER_FAILURE;
    }
    this.timer = setTimeout(() => void this.ask(turn, ended), pause);
  }
}
