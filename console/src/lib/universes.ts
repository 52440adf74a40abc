import { numberOf, type Value } from '../clasp';
import type { Parameters } from './parameters';

/** Slots of a universe of DMX512 (ANSI E1.11). */
export const SLOTS = 512;

/** Where bridges to lights put their universes unless they are told otherwise. */
export const NAMESPACES: readonly string[] = ['/artnet', '/sacn', '/dmx'];

/** A universe: its levels are parameters {@code <path>/<slot>}, or bytes at {@code <path>}, or both. */
export interface Universe {
  /** {@code /artnet/1} */
  path: string;
  /** How many of its slots have a parameter. */
  slots: number;
}

const SLOT = /^(.+\/\d{1,5})\/(\d{1,3})$/;
const WHOLE = /^(.+)\/\d{1,5}$/;

/** Universes that are among the addresses, in the order of the list. */
export function universesOf(
  addresses: readonly string[],
  frames: Iterable<string>,
  namespaces = NAMESPACES,
): Universe[] {
  const found = new Map<string, Universe>();
  const universe = (path: string): Universe => {
    let known = found.get(path);
    if (!known) {
      known = { path, slots: 0 };
      found.set(path, known);
    }
    return known;
  };
  for (const address of addresses) {
    if (!namespaces.some((namespace) => address.startsWith(`${namespace}/`))) {
      continue;
    }
    const slot = SLOT.exec(address);
    if (slot && Number(slot[2]) >= 1 && Number(slot[2]) <= SLOTS) {
      universe(slot[1]!).slots++;
    }
  }
  for (const path of frames) {
    universe(path);
  }
  return [...found.values()];
}

/** Universes whose addresses are kept: making 512 texts for each frame of the display is work. */
const MOST_KEPT = 64;
const kept = new Map<string, readonly string[]>();

function addressesOf(path: string): readonly string[] {
  let addresses = kept.get(path);
  if (!addresses) {
    if (kept.size >= MOST_KEPT) {
      kept.clear();
    }
    addresses = Array.from({ length: SLOTS }, (_, i) => `${path}/${i + 1}`);
    kept.set(path, addresses);
  }
  return addresses;
}

/** What a float means: `unit` is 0 to 1, and above that a level; `raw` is a level (docs/lighting.md). */
export type FloatMode = 'unit' | 'raw';

/**
 * Levels of a universe as they are now.
 *
 * @param into one number for each slot, 0 to 255; −1 for one that nobody has said anything about
 */
export function levelsOf(
  path: string,
  parameters: Parameters,
  frames: Frames,
  into: Int16Array,
  floats: FloatMode = 'unit',
): void {
  into.fill(-1);
  const frame = frames.get(path);
  if (frame) {
    into.set(frame.subarray(0, SLOTS));
  }
  const addresses = addressesOf(path);
  for (let slot = 1; slot <= SLOTS; slot++) {
    const parameter = parameters.get(addresses[slot - 1]!);
    if (parameter && (!frame || parameter.writtenAt >= frames.at(path))) {
      const level = levelOf(parameter.value, floats);
      if (level !== null) {
        into[slot - 1] = level;
      }
    }
  }
}

/**
 * As bridges to lights read a value: an integer is a level, a float what `floats` says, and of a level the fraction is cut
 * off; truth is full or nothing. Null if it is no level.
 */
export function levelOf(value: Value, floats: FloatMode = 'unit'): number | null {
  if (typeof value === 'boolean') {
    return value ? 255 : 0;
  }
  const number = numberOf(value);
  if (number === undefined || Number.isNaN(number)) {
    return null;
  }
  const level =
    typeof value === 'number' && floats === 'unit' && number <= 1 ? Math.round(number * 255) : Math.trunc(number);
  return Math.min(255, Math.max(0, level));
}

/** Whole universes that came as bytes, the newest of each. */
export class Frames {
  /** Prefixes of addresses that are looked at. */
  namespaces = NAMESPACES;

  private readonly newest = new Map<string, { bytes: Uint8Array; at: number }>();

  /** Looks whether it is one. */
  offer(address: string, value: unknown, now = Date.now()): void {
    if (
      value instanceof Uint8Array &&
      value.length >= 1 &&
      value.length <= SLOTS &&
      WHOLE.test(address) &&
      this.namespaces.some((namespace) => address.startsWith(`${namespace}/`))
    ) {
      this.newest.set(address, { bytes: value, at: now });
    }
  }

  get(path: string): Uint8Array | undefined {
    return this.newest.get(path)?.bytes;
  }

  /** When it came; milliseconds since 1970, local clock. */
  at(path: string): number {
    return this.newest.get(path)?.at ?? 0;
  }

  /** How many universes. */
  get size(): number {
    return this.newest.size;
  }

  paths(): Iterable<string> {
    return this.newest.keys();
  }

  clear(): void {
    this.newest.clear();
  }
}
