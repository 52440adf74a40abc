import type { Filter } from './pattern';
import { Ring } from './ring';
import { sameValue, typeOf, type ValueType } from './values';

/** Values that the trend of a parameter shows. */
export const HISTORY = 50;

/** What only a snapshot tells. */
export interface SnapshotMeta {
  revision: number;
  /** Local time of the last write, in milliseconds since 1970, when the router said it. */
  writtenAt?: number | undefined;
}

export class Parameter {
  value: unknown = null;
  type: ValueType = 'null';
  /** Milliseconds since 1970, local clock. */
  writtenAt = 0;
  revision = 0;
  /** False once a write came that said no revision; then the real one may be higher. */
  revisionExact = false;
  /** Every number so far was in 0 … 1: worth a bar. */
  unit = true;
  history: Ring | undefined;
  /** Counts changes, so that a view knows whether to draw again. */
  version = 0;

  constructor(readonly address: string) {}

  /** A write; {@code meta} when a snapshot brought it. */
  apply(value: unknown, now: number, meta?: SnapshotMeta): void {
    const isNew = this.version === 0;
    if (meta) {
      const known = !isNew && sameValue(this.value, value);
      this.revision = meta.revision;
      this.revisionExact = true;
      if (known) {
        this.writtenAt = meta.writtenAt ?? this.writtenAt;
        this.version++;
        return;
      }
    } else {
      this.revision++;
      this.revisionExact = false;
    }
    this.value = value;
    this.type = typeOf(value);
    this.writtenAt = Math.min(now, meta?.writtenAt ?? now);
    this.version++;
    if (typeof value === 'number') {
      this.unit &&= value >= 0 && value <= 1;
      this.history ??= new Ring(HISTORY);
      this.history.push(value);
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

  get size(): number {
    return this.byAddress.size;
  }

  get(address: string): Parameter | undefined {
    return this.byAddress.get(address);
  }

  write(address: string, value: unknown, now: number, meta?: SnapshotMeta): void {
    let parameter = this.byAddress.get(address);
    if (!parameter) {
      parameter = this.former.get(address) ?? new Parameter(address);
      this.former.delete(address);
      this.byAddress.set(address, parameter);
      this.added.push(address);
    }
    parameter.apply(value, now, meta);
  }

  /** A new connection: what does not come again is gone from the router. */
  restart(): void {
    this.former = this.byAddress;
    this.byAddress = new Map();
    this.sorted = [];
    this.added = [];
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
