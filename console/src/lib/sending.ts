import { tooFast, type Ack, type Keyframe, type Received, type Refusal } from '../clasp/client';
import { encode } from '../clasp/codec';
import type { Message, Ttl } from '../clasp/message';
import { int, type Value, type ValueMap } from '../clasp/values';

/** What plays timelines and runs cues needs of the connection. */
export interface StageWire {
  readonly session: string;
  /** The router's clock, µs. */
  time(): number;
  set(address: string, value: Value, options?: { revision?: number; ttl?: Ttl }): Promise<Ack>;
  fire(address: string, value: Value): boolean;
  bundle(messages: Message[], options?: { at?: number }): Promise<Ack>;
  subscribe(
    pattern: string,
    callback: (received: Received) => void,
    options?: { refused?: (refusal: Refusal) => void; ready?: () => void },
  ): { close(): void };
  onState(callback: (state: { kind: string }) => void): () => void;
  onError(callback: (refusal: { code: number; message: string; address?: string | undefined }) => void): () => void;
}

/** Members and bytes of one bundle; the router takes 1,000 and one frame. */
const MAX_MEMBERS = 500;
const MAX_BYTES = 60_000;

/** In bundles that fit into a frame each, in order. */
export function bundles(messages: readonly Message[]): Message[][] {
  const out: Message[][] = [];
  let open: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const length = encode(message).length;
    if (open.length > 0 && (bytes + length > MAX_BYTES || open.length >= MAX_MEMBERS)) {
      out.push(open);
      open = [];
      bytes = 0;
    }
    open.push(message);
    bytes += length;
  }
  return open.length > 0 ? [...out, open] : out;
}

/**
 * Has messages carried out in bundles, in order. An address that the router refuses is left out, and keeps no other.
 *
 * @returns the addresses that it refused, and why
 * @throws what keeps the rest: no connection, no answer, too many messages
 */
export async function carryOut(wire: Pick<StageWire, 'bundle'>, messages: readonly Message[]): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  for (const bundle of bundles(messages)) {
    for (let left = bundle; left.length > 0; ) {
      try {
        await wire.bundle(left);
        break;
      } catch (e) {
        const { kind = '', address = '' } = e as { kind?: string; address?: string };
        const others = left.filter((each) => (each as { address?: string }).address !== address);
        if (kind !== 'refused' || tooFast(e) || others.length === left.length) {
          throw e;
        }
        refused.set(address, sentence(e));
        left = others;
      }
    }
  }
  return refused;
}

/** The PUBLISH that has the router play keyframes; `start` and `duration` in µs. */
export function playMessage(
  address: string,
  keyframes: readonly Keyframe[],
  options: { start: number; duration: number; loop?: boolean },
): Message {
  const value: ValueMap = {
    keyframes: keyframes.map(({ time, value: at, easing, bezier }) => ({
      time: int(time),
      value: at,
      ...(easing === undefined ? {} : { easing }),
      ...(bezier === undefined ? {} : { bezier: [...bezier] }),
    })),
    ...(options.loop ? { loop: true } : {}),
    start_time: int(Math.max(0, Math.round(options.start))),
    duration: int(Math.round(options.duration)),
    play: true,
  };
  return { type: 'PUBLISH', address, signal: 'timeline', value };
}

/** The PUBLISH after which the router plays nothing at the address any more, and keeps nothing. */
export function forgetMessage(address: string): Message {
  return { type: 'PUBLISH', address, signal: 'timeline', value: { keyframes: [] } };
}

export function setMessage(address: string, value: Value): Message {
  return { type: 'SET', address, value };
}

/** The sentence of whatever was thrown. */
export function sentence(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}

/** Time, so that tests need none. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}
