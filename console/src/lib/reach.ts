import type { Client, Received, Refusal, Subscription } from '../clasp';

const FORBIDDEN = 301;
/** Subscriptions that are tried for a token that may not read everything. */
export const MOST = 400;

export interface ReachListener {
  received(received: Received): void;
  /** Everything that the router remembers, and we may read, has come. */
  ready(): void;
  /** The token does not reach all addresses. `followed`: what it reaches is followed, so far as it is known. */
  narrow(followed: boolean): void;
}

/**
 * Follows everything that the token may read. The router refuses a pattern that reaches farther than the token, but it
 * tells every client at the beginning what it may read; so where `/**` is refused, the branches of that are tried, and
 * theirs.
 */
export class Reach {
  private readonly parts = new Set<Subscription>();
  private whole: Subscription;
  private tried = 0;

  /** @param known addresses that the router has told */
  constructor(
    private readonly client: Pick<Client, 'subscribe'>,
    private readonly known: () => readonly string[],
    private readonly listener: ReachListener,
  ) {
    this.whole = this.followAll();
  }

  /** Asks for everything again: what has ended without a word does not come. */
  again(): void {
    this.whole.close();
    this.restart();
    this.whole = this.followAll();
  }

  private followAll(): Subscription {
    return this.client.subscribe('/**', (received) => this.listener.received(received), {
      ready: () => {
        this.restart();
        this.listener.ready();
      },
      refused: (refusal) => {
        this.restart();
        if (refusal.code === FORBIDDEN) {
          this.descend('');
          this.listener.narrow(this.tried < MOST);
        }
        this.listener.ready();
      },
    });
  }

  private restart(): void {
    this.parts.forEach((part) => part.close());
    this.parts.clear();
    this.tried = 0;
  }

  /** Tries what is below a branch that was refused. */
  private descend(branch: string): void {
    const leaves = new Set<string>();
    const branches = new Set<string>();
    for (const address of this.known()) {
      if (address.startsWith(`${branch}/`)) {
        const end = address.indexOf('/', branch.length + 1);
        if (end < 0) {
          leaves.add(address);
        } else {
          branches.add(address.slice(0, end));
        }
      }
    }
    for (const each of branches) {
      this.follow(`${each}/**`, () => {
        this.descend(each);
        // `/a/**` would have been `/a` too.
        if (leaves.has(each)) {
          this.follow(each, () => {});
        }
      });
    }
    for (const each of leaves) {
      if (!branches.has(each) && !each.includes('*')) {
        this.follow(each, () => {});
      }
    }
  }

  private follow(pattern: string, refused: () => void): void {
    if (this.tried === MOST) {
      this.listener.narrow(false);
    }
    if (this.tried++ >= MOST) {
      return;
    }
    const part: Subscription = this.client.subscribe(pattern, (received) => this.listener.received(received), {
      refused: (refusal: Refusal) => {
        this.parts.delete(part);
        part.close();
        if (refusal.code === FORBIDDEN) {
          refused();
        }
      },
    });
    this.parts.add(part);
  }
}
