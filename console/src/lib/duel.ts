import { int, type Client, type Message, type Received, type Value } from '../clasp';
import { wordsOf } from './ownSession';

export const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];

export const STRATEGIES = ['lww', 'max', 'min', 'merge', 'lock'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Something that one of the two sent or got. */
export interface Wire {
  id: number;
  at: number;
  side: Side;
  out: boolean;
  message: Message;
}

/** What one of the two knows of the address. */
export interface Sight {
  session: string;
  value: Value | undefined;
  revision: number;
  /** As far as it knows by its own requests. */
  holdsLock: boolean;
  /** What became of its last request. */
  said: string;
  refused: boolean;
}

export interface RaceResult {
  accepted: Record<Side, number>;
  refused: Record<Side, number>;
  /** The last refusal, in the words of the router; empty if there was none. */
  words: string;
  value: Value;
  revision: number;
}

/** Kept of the wire. */
const KEPT = 200;

/**
 * Two sessions that write to one address of a real router: nothing of it is simulated. Told of every change by `changed`.
 */
export class Duel {
  readonly sights: Record<Side, Sight> = { a: blank(), b: blank() };
  strategy: Strategy | '' = '';
  problem = '';

  private wires: Wire[] = [];
  private nextId = 1;
  private announced = false;

  constructor(
    private readonly clients: Record<Side, Client>,
    readonly address: string,
    private readonly changed: () => void,
  ) {
    for (const side of SIDES) {
      const client = clients[side];
      client.tap((direction, message, _bytes, at) => this.note(side, direction === 'out', message, at));
      client.subscribe(address, (received) => this.seen(side, received), {
        types: ['param'],
        refused: (refusal) => {
          this.problem = wordsOf(refusal);
          this.changed();
        },
      });
      client.onState((state) => {
        const sight = this.sights[side];
        sight.session = state.kind === 'live' ? state.session : '';
        if (state.kind !== 'live') {
          sight.holdsLock = false;
        }
        if (state.kind === 'waiting') {
          this.problem = state.reason;
        } else if (state.kind === 'live') {
          this.problem = '';
        }
        this.changed();
      });
    }
  }

  /** Newest last; a new list each time. */
  get wire(): Wire[] {
    return this.wires.slice(-KEPT);
  }

  get live(): boolean {
    return SIDES.every((side) => this.sights[side].session !== '');
  }

  start(): void {
    SIDES.forEach((side) => this.clients[side].start());
  }

  /** Ends both sessions; the address has its usual strategy again, as far as the first may say so. */
  async stop(): Promise<void> {
    try {
      if (this.announced) {
        await this.announce('lww');
      }
    } finally {
      SIDES.forEach((side) => this.clients[side].stop());
    }
  }

  async write(side: Side, value: Value, how: 'set' | 'lock' | 'unlock' | 'cas' = 'set'): Promise<boolean> {
    const sight = this.sights[side];
    try {
      const ack = await this.clients[side].set(this.address, value, {
        ...(how === 'lock' ? { lock: true } : {}),
        ...(how === 'unlock' ? { unlock: true } : {}),
        ...(how === 'cas' ? { revision: sight.revision } : {}),
      });
      sight.refused = false;
      sight.said = String(ack.revision ?? '');
      if (how === 'lock') {
        sight.holdsLock = true;
      } else if (how === 'unlock') {
        sight.holdsLock = false;
      }
      return true;
    } catch (e) {
      sight.refused = true;
      sight.said = wordsOf(e);
      return false;
    } finally {
      this.changed();
    }
  }

  /** The first of the two says how the address settles conflicts. */
  async announce(strategy: Strategy): Promise<boolean> {
    try {
      await this.clients.a.announce(this.address, [{ address: this.address, signal: 'param', access: `rw,conflict=${strategy}` }]);
      this.announced = strategy !== 'lww';
      this.strategy = strategy;
      this.problem = '';
      return true;
    } catch (e) {
      this.problem = wordsOf(e);
      return false;
    } finally {
      this.changed();
    }
  }

  /** Both write at once, `count` times each, and each its own numbers: 1, 3, 5 … and 2, 4, 6 …, or fields of a map. */
  async race(count: number): Promise<RaceResult> {
    const accepted = { a: 0, b: 0 };
    const refused = { a: 0, b: 0 };
    const merge = this.strategy === 'merge';
    let words = '';
    await Promise.all(
      SIDES.map(async (side, which) => {
        for (let i = 0; i < count; i++) {
          const number = int(2 * i + 1 + which);
          try {
            await this.clients[side].set(this.address, merge ? { [side]: number } : number);
            accepted[side]++;
          } catch (e) {
            refused[side]++;
            words = wordsOf(e);
          }
        }
      }),
    );
    const stored = await this.clients.a.get(this.address);
    this.changed();
    return { accepted, refused, words, value: stored?.value ?? null, revision: Number(stored?.revision ?? 0) };
  }

  clear(): void {
    this.wires = [];
    this.changed();
  }

  private seen(side: Side, received: Received): void {
    if (received.past) {
      return;
    }
    const sight = this.sights[side];
    sight.value = received.value;
    sight.revision = received.revision ?? sight.revision;
    this.changed();
  }

  private note(side: Side, out: boolean, message: Message, at: number): void {
    if (!tells(message, this.address)) {
      return;
    }
    this.wires.push({ id: this.nextId++, at, side, out, message });
    if (this.wires.length >= 2 * KEPT) {
      this.wires = this.wires.slice(-KEPT);
    }
    this.changed();
  }
}

function blank(): Sight {
  return { session: '', value: undefined, revision: 0, holdsLock: false, said: '', refused: false };
}

/** It is about the address: no pings, no tokens, not the state of all the rest. */
function tells(message: Message, address: string): boolean {
  switch (message.type) {
    case 'SET':
    case 'GET':
    case 'ERROR':
      return message.address === address || (message.type === 'ERROR' && message.address === undefined);
    case 'ACK':
      return message.address === address;
    case 'ANNOUNCE':
      return true;
    case 'SNAPSHOT':
      return message.params.length > 0 && message.params.every((param) => param.address === address);
    default:
      return false;
  }
}
