import type { Received, SubscribeOptions } from '../clasp/client';
import type { Value } from '../clasp/values';

interface CaptureWire {
  subscribe(pattern: string, callback: (received: Received) => void, options?: SubscribeOptions): { close(): void };
}

/** What the router has below a pattern, in the order of its snapshot; `limit` of them at most. */
export function capture(wire: CaptureWire, pattern: string, limit: number): Promise<{ address: string; value: Value }[]> {
  return new Promise((resolve, reject) => {
    const found = new Map<string, Value>();
    const subscription = wire.subscribe(
      pattern,
      ({ kind, past, address, value }) => {
        if (kind === 'param' && !past && value !== null && (found.has(address) || found.size < limit)) {
          found.set(address, value);
        }
      },
      {
        types: ['param'],
        ready: () => {
          subscription.close();
          resolve([...found].map(([address, value]) => ({ address, value })));
        },
        refused: (refusal) => {
          subscription.close();
          reject(refusal);
        },
      },
    );
  });
}
