import { Client, type Refusal } from '../clasp';
import type { Desk } from './desk.svelte';

/**
 * Another session of this page, for what the page's own would disturb: limits of subscriptions, locks, delays. Not
 * started yet; whoever asks for it stops it.
 */
export function ownSession(desk: Pick<Desk, 'socket' | 'tokens'>, name: string): Client {
  return new Client({ url: desk.socket, name, token: () => desk.tokens.get() });
}

/** Starts it; resolves when it is live, fails with what the router said. */
export function connected(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    let ended: (() => void) | undefined;
    const stop = client.onState((state) => {
      if (state.kind === 'live') {
        resolve();
      } else if (state.kind === 'waiting') {
        reject(new Error(state.reason));
      } else {
        return;
      }
      queueMicrotask(() => ended?.());
    });
    ended = stop;
    client.start();
  });
}

/** What went wrong, as the router said it. */
export function wordsOf(e: unknown): string {
  const refusal = e as Partial<Refusal>;
  return `${refusal.code ? `${refusal.code} ` : ''}${refusal.message ?? String(e)}`;
}
