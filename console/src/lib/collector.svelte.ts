import { Refused, type Api } from './api';
import { History, pointOf, type Point } from './history';
import { Metrics, parseMetrics } from './metrics';
import type { Rates, Status } from './status';

const INTERVAL = 2_000;

/**
 * Collects ten minutes of figures, from the first look at them for as long as the page is there. From `/metrics`; where
 * the router does not show those, what the status has.
 */
export class Collector {
  readonly history = new History();
  /** Changes with each figure. */
  version = $state(0);
  /** `/metrics` is not there, or not for us. */
  poor = $state(false);
  private before: Metrics | null = null;
  private beforeAt = 0;
  private running = false;

  constructor(
    private readonly api: Pick<Api, 'text'>,
    private readonly status: () => { status: Status | null; rates: Rates },
  ) {}

  /** Begins, if it has not yet. */
  start(): void {
    if (!this.running) {
      this.running = true;
      void this.collect();
    }
  }

  private async collect(): Promise<void> {
    try {
      const after = new Metrics(parseMetrics(await this.api.text('metrics')));
      const now = Date.now();
      this.history.add(now, pointOf(this.before, after, (now - this.beforeAt) / 1000));
      this.before = after;
      this.beforeAt = now;
      this.poor = false;
      this.version++;
    } catch (refusal) {
      // The token is not good any more: whoever looks at the figures with another one begins anew. Asking on would
      // stand in the audit log, every two seconds, for as long as the page is there.
      if (refusal instanceof Refused && refusal.status === 401) {
        this.running = false;
        this.before = null;
        return;
      }
      // Without an answer there is a gap; an answer that says no means that there are none.
      if (refusal instanceof Refused && refusal.status !== 0 && refusal.status < 500) {
        this.poor = true;
        this.fromStatus();
      }
    }
    setTimeout(() => void this.collect(), INTERVAL);
  }

  private fromStatus(): void {
    const { status, rates } = this.status();
    if (status === null) {
      return;
    }
    const point: Point = {
      in: rates.messagesIn,
      out: rates.messagesOut,
      sessions: status.sessions.length,
      queued: status.sessions.reduce((sum, session) => sum + session.queued, 0),
      dropped: null,
      errors: null,
      p50: null,
      p95: null,
      p99: null,
      heap: null,
      heapMax: null,
      gc: null,
      cpu: null,
      loop: null,
      parameters: status.parameters,
      subscriptions: status.subscriptions,
    };
    this.history.add(Date.now(), point);
    this.version++;
  }
}
