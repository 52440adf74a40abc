import type { Api } from './api';
import { EventFollower, Tail } from './events';

/** What is kept of each kind in the page. */
const MOST = 5_000;

/**
 * The events of one kind, followed as long as a screen looks; what was seen stays in the page, and what happened in
 * between comes from the router as far as that remembers.
 */
export class Followed<T> {
  /** The oldest first. */
  entries: readonly T[] = $state.raw([]);
  /** What the router said last time, if it said no. */
  problem = $state('');
  private readonly tail = new Tail<T>(MOST);
  private readonly follower: EventFollower<T>;

  constructor(api: Api, kind: 'audit' | 'log') {
    this.follower = new EventFollower<T>(
      api,
      kind,
      (events) => {
        this.tail.add(events.map(({ event }) => event));
        this.entries = this.tail.entries;
      },
      (said) => (this.problem = said),
    );
  }

  /** Follows until the function that it returns is called. */
  follow(): () => void {
    this.follower.start();
    return () => this.follower.stop();
  }

  clear(): void {
    this.tail.clear();
    this.entries = this.tail.entries;
  }
}
