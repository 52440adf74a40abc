import { isMap, type Client, type Message, type Value } from '../clasp';

/** What a row of the monitor is called; PING and PONG, HELLO and WELCOME, the two directions of SYNC share one. */
export const KINDS = [
  'set',
  'event',
  'stream',
  'gesture',
  'timeline',
  'bundle',
  'snapshot',
  'get',
  'subscribe',
  'announce',
  'query',
  'ack',
  'error',
  'hello',
  'ping',
  'other',
] as const;
export type Kind = (typeof KINDS)[number];

/** One message. Never observed, never changed. */
export interface Entry {
  /** From 1. */
  readonly seq: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly at: number;
  /** This page sent it. */
  readonly out: boolean;
  readonly kind: Kind;
  /** Empty if it has none, or several. */
  readonly address: string;
  /** Without the token, if it had one. */
  readonly message: Message;
  /** As it went over the wire; empty if that had a token in it. */
  readonly frame: Uint8Array;
  /** Length of the frame. */
  readonly bytes: number;
  /** Who sent it, as far as the message says: this session, or the writer that a snapshot names. Else empty. */
  readonly session: string;
}

/** What stands in place of a token. */
const HIDDEN = '•••';

/** For an object and its fields, besides the bytes of the frame. */
const OVERHEAD = 200;

/**
 * The newest messages of a connection, at most so many and so many bytes. What is asked for at 5,000 messages a second,
 * {@link add}, allocates the entry and a copy of the frame.
 */
export class Traffic {
  /** Messages since the last {@link clear}, kept or not. */
  total = 0;
  /** Total bytes of their frames. */
  bytes = 0;
  /** By kind, since the page was opened. */
  readonly counts: Record<Kind, number> = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;

  private ring: (Entry | undefined)[];
  private first = 0;
  private held = 0;
  private memory = 0;
  private seq = 0;
  private scales = new Map<string, { low: number; high: number }>();

  constructor(
    readonly capacity = 10_000,
    readonly maxBytes = 8 * 1024 * 1024,
  ) {
    this.ring = new Array<Entry | undefined>(capacity);
  }

  get length(): number {
    return this.held;
  }

  /** Number of the oldest that is kept; one more than the last if none is. */
  get oldest(): number {
    return this.seq - this.held + 1;
  }

  /** Number of the newest, 0 before the first. */
  get newest(): number {
    return this.seq;
  }

  add(out: boolean, message: Message, frame: Uint8Array, at: number, own = ''): Entry {
    const secret = (message.type === 'HELLO' || message.type === 'WELCOME') && !!message.token;
    const kind = kindOf(message);
    const entry: Entry = {
      seq: ++this.seq,
      at,
      out,
      kind,
      address: addressOf(message),
      message: secret ? { ...message, token: HIDDEN } : message,
      frame: secret ? new Uint8Array() : frame.slice(),
      bytes: frame.length,
      session: out ? own : writerOf(message),
    };
    this.total++;
    this.bytes += frame.length;
    this.counts[kind]++;
    const value = numberIn(message);
    if (value !== undefined && Number.isFinite(value)) {
      this.stretch(entry.address, value);
    }
    if (this.held === this.capacity) {
      this.drop();
    }
    this.ring[(this.first + this.held) % this.capacity] = entry;
    this.held++;
    this.memory += entry.bytes + OVERHEAD;
    // The newest is always kept.
    while (this.memory > this.maxBytes && this.held > 1) {
      this.drop();
    }
    return entry;
  }

  /** The entry with this number, if it is kept. */
  get(seq: number): Entry | undefined {
    const index = seq - this.oldest;
    return index < 0 || index >= this.held ? undefined : this.ring[(this.first + index) % this.capacity];
  }

  /** Oldest first. */
  all(): Entry[] {
    return this.since(this.oldest);
  }

  /** Those with this number and later ones that are kept, oldest first. */
  since(seq: number): Entry[] {
    const found: Entry[] = [];
    for (let next = Math.max(seq, this.oldest); next <= this.seq; next++) {
      found.push(this.get(next)!);
    }
    return found;
  }

  clear(): void {
    this.ring = new Array<Entry | undefined>(this.capacity);
    this.first = 0;
    this.held = 0;
    this.memory = 0;
    this.total = 0;
    this.bytes = 0;
    this.scales.clear();
  }

  /** Where a number stands between the smallest and the largest seen at this address, 0 and 1 among them: 0 to 1. */
  level(address: string, value: number): number {
    const { low, high } = this.scales.get(address) ?? { low: 0, high: 1 };
    return Number.isFinite(value) ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  }

  /** The last numbers of an address among the kept, oldest first. */
  numbers(address: string, most: number, upTo = this.seq): number[] {
    const found: number[] = [];
    for (let seq = Math.min(upTo, this.seq); seq >= this.oldest && found.length < most; seq--) {
      const entry = this.get(seq)!;
      const value = entry.address === address ? numberIn(entry.message) : undefined;
      if (value !== undefined) {
        found.push(value);
      }
    }
    return found.reverse();
  }

  private stretch(address: string, value: number): void {
    const scale = this.scales.get(address);
    if (scale) {
      scale.low = Math.min(scale.low, value);
      scale.high = Math.max(scale.high, value);
      return;
    }
    if (this.scales.size >= this.capacity) {
      this.scales.clear();
    }
    this.scales.set(address, { low: Math.min(0, value), high: Math.max(1, value) });
  }

  private drop(): void {
    const entry = this.ring[this.first]!;
    this.ring[this.first] = undefined;
    this.first = (this.first + 1) % this.capacity;
    this.held--;
    this.memory -= entry.bytes + OVERHEAD;
  }
}

const recordings = new WeakMap<Client, Traffic>();

/**
 * The traffic of a client, from the first time that somebody asks for it on, whatever screen is looked at.
 */
export function recordingOf(client: Client): Traffic {
  let traffic = recordings.get(client);
  if (traffic === undefined) {
    const made = new Traffic();
    client.tap((direction, message, _bytes, at, frame) => made.add(direction === 'out', message, frame, at, client.session));
    recordings.set(client, made);
    traffic = made;
  }
  return traffic;
}

/**
 * What of the traffic is shown. Messages are looked at once, when they come; all of them again when the filter changes.
 * While it is paused it holds on to what it showed, whatever the traffic forgets.
 */
export class TrafficView {
  private accepts: (entry: Entry) => boolean = () => true;
  private matching: Entry[] = [];
  private seen = 0;
  private base: Entry[] | null = null;
  private pausedAt = 0;
  private goneSoFar = 0;

  constructor(private readonly traffic: Traffic) {}

  get paused(): boolean {
    return this.base !== null;
  }

  /** Messages that have come since the pause. */
  get waiting(): number {
    return this.base === null ? 0 : this.traffic.newest - this.pausedAt;
  }

  /** Entries that have left the beginning of what is shown since the page was opened. */
  get gone(): number {
    return this.goneSoFar;
  }

  filter(accepts: (entry: Entry) => boolean): void {
    this.accepts = accepts;
    this.matching = (this.base ?? this.traffic.all()).filter(accepts);
    this.seen = this.base === null ? this.traffic.newest : this.pausedAt;
  }

  pause(): void {
    if (this.base === null) {
      this.catchUp();
      this.base = this.traffic.all();
      this.pausedAt = this.traffic.newest;
    }
  }

  resume(): void {
    this.base = null;
    this.filter(this.accepts);
  }

  clear(): void {
    this.traffic.clear();
    if (this.base !== null) {
      this.base = [];
      this.pausedAt = this.traffic.newest;
    }
    this.matching = [];
    this.seen = this.traffic.newest;
  }

  /** What is shown now, oldest first. A new list each time. */
  shown(): Entry[] {
    if (this.base === null) {
      this.catchUp();
    }
    return this.matching.slice();
  }

  private catchUp(): void {
    const oldest = this.traffic.oldest;
    let gone = 0;
    while (gone < this.matching.length && this.matching[gone]!.seq < oldest) {
      gone++;
    }
    if (gone > 0) {
      this.matching.splice(0, gone);
      this.goneSoFar += gone;
    }
    for (const entry of this.traffic.since(this.seen + 1)) {
      if (this.accepts(entry)) {
        this.matching.push(entry);
      }
    }
    this.seen = this.traffic.newest;
  }
}

export function kindOf(message: Message): Kind {
  switch (message.type) {
    case 'SET':
      return 'set';
    case 'PUBLISH':
      return message.signal === 'param' ? 'other' : message.signal;
    case 'BUNDLE':
      return 'bundle';
    case 'SNAPSHOT':
      return 'snapshot';
    case 'GET':
      return 'get';
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return 'subscribe';
    case 'ANNOUNCE':
      return 'announce';
    case 'QUERY':
    case 'RESULT':
      return 'query';
    case 'ACK':
      return 'ack';
    case 'ERROR':
      return 'error';
    case 'HELLO':
    case 'WELCOME':
      return 'hello';
    case 'PING':
    case 'PONG':
    case 'SYNC':
      return 'ping';
    default:
      return 'other';
  }
}

/** Most addresses of one message that are looked at. */
const MOST_ADDRESSES = 2_000;

/** All addresses and patterns that a message speaks of. */
export function addressesOf(message: Message): string[] {
  switch (message.type) {
    case 'SET':
    case 'PUBLISH':
    case 'GET':
      return [message.address];
    case 'ACK':
    case 'ERROR':
      return message.address === undefined ? [] : [message.address];
    case 'SUBSCRIBE':
    case 'QUERY':
      return [message.pattern];
    case 'SNAPSHOT':
      return message.params.slice(0, MOST_ADDRESSES).map((param) => param.address);
    case 'RESULT':
    case 'ANNOUNCE':
      return message.signals.slice(0, MOST_ADDRESSES).map((signal) => signal.address);
    case 'BUNDLE':
      return message.messages.slice(0, MOST_ADDRESSES).flatMap(addressesOf);
    default:
      return [];
  }
}

function addressOf(message: Message): string {
  const all = addressesOf(message);
  return all.length === 1 ? all[0]! : '';
}

function writerOf(message: Message): string {
  if (message.type === 'SNAPSHOT' && message.params.length === 1) {
    return message.params[0]!.writer ?? '';
  }
  if (message.type === 'PUBLISH' && message.address.startsWith('/clasp/p2p/')) {
    const from = isMap(message.value) ? message.value['from'] : undefined;
    return typeof from === 'string' ? from : '';
  }
  return '';
}

/** Sessions that a message names, besides who sent it. */
export function sessionsOf(entry: Entry): string[] {
  const { message } = entry;
  const found = [entry.session];
  if (message.type === 'SNAPSHOT') {
    message.params.slice(0, MOST_ADDRESSES).forEach((param) => found.push(param.writer ?? ''));
  } else if (message.type === 'WELCOME') {
    found.push(message.session);
  } else if (message.type === 'ACK') {
    found.push(message.holder ?? '');
  }
  return found.filter((session) => session !== '');
}

/** The value of a message that has one; undefined for all others. */
export function valueIn(message: Message): Value | undefined {
  switch (message.type) {
    case 'SET':
      return message.value;
    case 'PUBLISH':
      return message.samples ?? message.value;
    case 'SNAPSHOT':
      return message.params.length === 1 ? message.params[0]!.value : undefined;
    case 'BUNDLE':
      return message.messages.length === 1 ? valueIn(message.messages[0]!) : undefined;
    default:
      return undefined;
  }
}

/** Of samples, the last. */
export function numberIn(message: Message): number | undefined {
  const value = valueIn(message);
  if (typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint') {
    return Number(value);
  }
  return message.type === 'PUBLISH' && message.samples !== undefined ? message.samples[message.samples.length - 1] : undefined;
}

export function revisionIn(message: Message): string {
  switch (message.type) {
    case 'SET':
    case 'ACK':
      return message.revision === undefined ? '' : String(message.revision);
    case 'SNAPSHOT':
      return message.params.length === 1 ? String(message.params[0]!.revision) : '';
    default:
      return '';
  }
}

/** How often in a second, between two looks a second or so apart. */
export class KindRates {
  private last: Record<Kind, number> | null = null;
  private lastAt = 0;
  private rates: Partial<Record<Kind, number>> = {};

  /** @param at milliseconds */
  look(counts: Record<Kind, number>, at: number): void {
    const seconds = (at - this.lastAt) / 1000;
    if (this.last !== null && seconds > 0) {
      for (const kind of KINDS) {
        this.rates[kind] = (counts[kind] - this.last[kind]) / seconds;
      }
    }
    this.last = { ...counts };
    this.lastAt = at;
  }

  of(kind: Kind): number {
    return this.rates[kind] ?? 0;
  }

  get all(): number {
    return KINDS.reduce((sum, kind) => sum + this.of(kind), 0);
  }
}
