import { Clasp } from '@clasp-to/core';
import type { SnapshotMeta } from './parameters';

export type LinkState =
  | { kind: 'connecting'; attempt: number }
  | { kind: 'live'; session: string }
  | { kind: 'waiting'; attempt: number; retryAt: number; reason: string };

export interface LinkListener {
  state(state: LinkState): void;
  /** A connection begins; the router now tells everything it knows. */
  connected(): void;
  parameter(address: string, value: unknown, meta?: SnapshotMeta): void;
  signal(address: string, value: unknown): void;
  /** The token does not reach all addresses: nothing arrives but the first snapshot. */
  narrow(): void;
}

/** What the page needs of the published client. */
export interface Client {
  readonly session: string | null;
  connect(timeoutMs: number): Promise<void>;
  close(): void;
  onDisconnect(callback: (reason?: string) => void): void;
  /** The last ERROR of the router. */
  getLastError(): { code: number } | null;
  subscribe(
    pattern: string,
    callback: (value: unknown, address: string, meta?: { revision?: number; timestamp?: number }) => void,
  ): unknown;
  cached(address: string): unknown;
  /** The router's clock, µs. */
  time(): number;
}

const CONNECT_TIMEOUT = 5_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 5_000;

/** After so long a refused subscription has been answered. */
const ANSWER_TIME = 1_500;
const FORBIDDEN = 301;

/** The WebSocket of the router that served this page. */
export function linkUrl(page: string): string {
  const url = new URL('./', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/**
 * Keeps a connection with the published client.
 *
 * Every connection has a client of its own, with that client's reconnecting switched off: it would give up after ten
 * attempts, its pauses grow to half a minute, and its cache keeps values that a restarted router no longer has.
 */
export class Link {
  private client: Client | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;

  constructor(
    private readonly listener: LinkListener,
    private readonly newClient: () => Client,
  ) {}

  /**
   * @param token what to log in with, asked for each connection; empty if there is none
   */
  static to(url: string, name: string, listener: LinkListener, token: () => string = () => ''): Link {
    return new Link(listener, () => {
      const t = token();
      return new Clasp(url, { name, reconnect: false, ...(t ? { token: t } : {}) }) as Client;
    });
  }

  start(): void {
    clearTimeout(this.timer);
    this.attempt++;
    const client = this.newClient();
    this.client = client;
    this.listener.state({ kind: 'connecting', attempt: this.attempt });
    // A failure is told twice, as a rejection and as a disconnect; the first of them counts.
    client.onDisconnect((reason) => this.ended(client, reason ?? ''));
    client.connect(CONNECT_TIMEOUT).then(
      () => this.opened(client),
      () => this.ended(client, ''),
    );
  }

  /** Waits no longer. */
  retryNow(): void {
    if (!this.client) {
      this.start();
    }
  }

  /** Gives up a connection that seems dead, and makes another. */
  replace(): void {
    this.stop();
    this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    client?.close();
  }

  private opened(client: Client): void {
    if (client !== this.client) {
      client.close();
      return;
    }
    this.attempt = 0;
    this.listener.connected();
    this.listener.state({ kind: 'live', session: client.session ?? '' });
    // Not earlier: the client drops what is sent before it is connected.
    client.subscribe('/**', (value, address, meta) => {
      if (client === this.client) {
        this.received(client, address, value, meta);
      }
    });
    // The client keeps an ERROR and tells nobody.
    setTimeout(() => {
      if (client === this.client && client.getLastError()?.code === FORBIDDEN) {
        this.listener.narrow();
      }
    }, ANSWER_TIME);
  }

  private received(
    client: Client,
    address: string,
    value: unknown,
    meta?: { revision?: number; timestamp?: number },
  ): void {
    if (meta?.revision !== undefined) {
      const { revision, timestamp } = meta;
      const writtenAt = timestamp === undefined ? undefined : Date.now() - (client.time() - timestamp) / 1000;
      this.listener.parameter(address, value, { revision, writtenAt });
    } else if (Object.is(client.cached(address), value)) {
      // The callback does not tell SET from PUBLISH. But the client puts the value of a SET into its cache before it
      // calls back, and that of a PUBLISH never. (Only a PUBLISH of the very value that its address holds looks like a SET.)
      this.listener.parameter(address, value);
    } else {
      this.listener.signal(address, value);
    }
  }

  private ended(client: Client, reason: string): void {
    if (client !== this.client) {
      return;
    }
    this.client = undefined;
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 1.5 ** this.attempt);
    this.timer = setTimeout(() => this.start(), delay);
    this.listener.state({ kind: 'waiting', attempt: this.attempt + 1, retryAt: Date.now() + delay, reason });
  }
}
