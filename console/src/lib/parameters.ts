import { equal, numberOf, type Received, type Value } from '../clasp';
import type { Filter } from './pattern';
import { Ring } from './ring';
import { typeOf, type ValueType } from './values';

/** Values that the trend of a parameter shows. */
export const HISTORY = 50;

/** Who holds a lock: a session, or somebody who is not known. */
export type Lock = { holder: string | null };

/** What the router's HTTP API says about a parameter beyond what the wire does. */
export interface Details {
  revision: number;
  writer?: string | undefined;
  lockHolder?: string | undefined;
  expiresInSeconds?: number | undefined;
}

export class Parameter {
  value: Value = null;
  type: ValueType = 'null';
  /** Milliseconds since 1970, local clock. */
  writtenAt = 0;
  /** 0 while it is not known. */
  revision = 0;
  /** The session that wrote it last as far as is known; empty if nothing is. */
  writer = '';
  /** The revision that it wrote. Later ones may be of others. */
  writerRevision = 0;
  /** Null: nobody holds one. Undefined: not known. */
  lock: Lock | null | undefined;
  /** When it ends unless it is written again; milliseconds since 1970, local clock. Null: never. Undefined: not known. */
  expiresAt: number | null | undefined;
  /** Every number so far was in 0 … 1: worth a bar. */
  unit = true;
  history: Ring | undefined;
  /** Counts changes, so that a view knows whether to draw again. */
  version = 0;
  /** When the HTTP API was asked last, in milliseconds since 1970, and about which revision. */
  askedAt = 0;
  askedRevision = 0;

  constructor(readonly address: string) {}

  /** A write; {@code writtenAt} when the router said it. */
  apply(received: Omit<Received, 'message' | 'kind' | 'address'>, now: number, writtenAt?: number): void {
    const { value, snapshot, revision = 0, writer = '', ttl, lock, unlock } = received;
    const known = snapshot && this.version > 0 && equal(this.value, value);
    this.version++;
    this.revision = revision;
    if (writer !== '') {
      this.writer = writer;
      this.writerRevision = revision;
    }
    if (lock) {
      this.lock = { holder: null };
    } else if (unlock) {
      this.lock = null;
    }
    if (ttl !== undefined) {
      this.expiresAt = ttl === 'never' ? null : now + 1000 * ('sliding' in ttl ? ttl.sliding : ttl.absolute);
    }
    if (known) {
      this.writtenAt = writtenAt ?? this.writtenAt;
      return;
    }
    this.value = value;
    this.type = typeOf(value);
    this.writtenAt = Math.min(now, writtenAt ?? now);
    const number = numberOf(value);
    if (number !== undefined) {
      this.unit &&= number >= 0 && number <= 1;
      this.history ??= new Ring(HISTORY);
      this.history.push(number);
    }
  }

  /** What the HTTP API said at {@code now}. */
  detail(details: Details, now: number): void {
    const { revision, writer = '', lockHolder, expiresInSeconds } = details;
    const lock = lockHolder === undefined ? null : { holder: lockHolder };
    const expiresAt = expiresInSeconds === undefined ? null : now + 1000 * expiresInSeconds;
    const same =
      this.writer === writer &&
      this.lock !== undefined &&
      this.lock?.holder === lock?.holder &&
      (expiresAt === null ? this.expiresAt === null : Math.abs((this.expiresAt ?? 0) - expiresAt) < 1000);
    this.writerRevision = revision;
    if (!same) {
      this.writer = writer;
      this.lock = lock;
      this.expiresAt = expiresAt;
      this.version++;
    }
  }
}

/**
 * All parameters by address. Plain and not observed: thousands of writes a second pass through here, and the page looks
 * at it once for each frame.
 */
export class Parameters {
  private byAddress = new Map<string, Parameter>();
  /** From before the last reconnect; a parameter that comes again keeps its trend. */
  private former = new Map<string, Parameter>();
  private sorted: string[] = [];
  private added: string[] = [];
  private selection: { filter: Filter; addresses: string[] } | undefined;
  private arrivals: string[] = [];
  private starts = 0;

  /** Addresses in the order in which they came. It grows, until {@link generation} changes. */
  get arrived(): readonly string[] {
    return this.arrivals;
  }

  /** Changes when everything begins again, or something has ended. */
  get generation(): number {
    return this.starts;
  }

  get size(): number {
    return this.byAddress.size;
  }

  has(address: string): boolean {
    return this.byAddress.has(address);
  }

  get(address: string): Parameter | undefined {
    return this.byAddress.get(address);
  }

  write(received: Omit<Received, 'message' | 'kind'>, now: number, writtenAt?: number): void {
    const { address } = received;
    let parameter = this.byAddress.get(address);
    if (!parameter) {
      parameter = this.former.get(address) ?? new Parameter(address);
      this.former.delete(address);
      this.byAddress.set(address, parameter);
      this.added.push(address);
      this.arrivals.push(address);
    }
    parameter.apply(received, now, writtenAt);
  }

  /** A new connection: what does not come again is gone from the router. */
  restart(): void {
    this.former = this.byAddress;
    this.byAddress = new Map();
    this.sorted = [];
    this.added = [];
    this.arrivals = [];
    this.starts++;
    this.selection = undefined;
  }

  /** Everything that there is has come again: the rest has ended. */
  settle(): void {
    this.former.clear();
  }

  /** They have ended. */
  remove(gone: ReadonlySet<string>): void {
    const stays = (address: string) => !gone.has(address);
    gone.forEach((address) => this.byAddress.delete(address));
    this.sorted = this.sorted.filter(stays);
    this.added = this.added.filter(stays);
    this.arrivals = this.arrivals.filter(stays);
    this.starts++;
    this.selection = undefined;
  }

  /** The addresses that pass the filter, sorted; the same array until something changes. */
  select(filter: Filter): readonly string[] {
    if (this.added.length > 0) {
      this.added.sort(compareAddresses);
      this.sorted = merge(this.sorted, this.added);
      this.added = [];
      this.selection = undefined;
    }
    if (this.selection?.filter !== filter) {
      this.selection = { filter, addresses: this.sorted.filter(filter) };
    }
    return this.selection.addresses;
  }
}

function merge(a: string[], b: string[]): string[] {
  const out: string[] = [];
  let i = 0;
  let k = 0;
  while (i < a.length && k < b.length) {
    out.push(compareAddresses(a[i]!, b[k]!) <= 0 ? a[i++]! : b[k++]!);
  }
  return out.concat(a.slice(i), b.slice(k));
}

/** By segments, and numbers by size: /lights/2 comes before /lights/10, /a/x before /a-b. */
export function compareAddresses(a: string, b: string): number {
  let i = 0;
  let k = 0;
  while (i < a.length && k < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(k);
    if (isDigit(x) && isDigit(y)) {
      const endA = digitsEnd(a, i);
      const endB = digitsEnd(b, k);
      // Without leading zeros the longer number is the bigger one.
      const startA = skipZeros(a, i, endA);
      const startB = skipZeros(b, k, endB);
      const byLength = endA - startA - (endB - startB);
      if (byLength !== 0) {
        return byLength;
      }
      const numberA = a.slice(startA, endA);
      const numberB = b.slice(startB, endB);
      if (numberA !== numberB) {
        return numberA < numberB ? -1 : 1;
      }
      i = endA;
      k = endB;
    } else if (x !== y) {
      return rank(x) - rank(y);
    } else {
      i++;
      k++;
    }
  }
  const byRest = a.length - i - (b.length - k);
  return byRest !== 0 ? byRest : a < b ? -1 : a > b ? 1 : 0;
}

const SLASH = 0x2f;

function rank(code: number): number {
  return code === SLASH ? -1 : code;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function digitsEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && isDigit(text.charCodeAt(i))) {
    i++;
  }
  return i;
}

function skipZeros(text: string, from: number, end: number): number {
  let i = from;
  while (i < end - 1 && text.charCodeAt(i) === 0x30) {
    i++;
  }
  return i;
}
