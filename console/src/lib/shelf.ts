import type { Received } from '../clasp/client';
import type { Ttl } from '../clasp/message';
import type { Value } from '../clasp/values';
import { Malformed } from './json-value';

/** What the shelf needs of the connection. */
export interface ShelfWire {
  set(address: string, value: Value, options: { revision?: number; ttl?: Ttl }): Promise<{ revision?: number }>;
  subscribe(
    pattern: string,
    callback: (received: Received) => void,
    options: { refused?: (refusal: { message: string }) => void; ready?: () => void },
  ): { close(): void };
  onState(callback: (state: { kind: string }) => void): () => void;
}

/** A document as the router has it. */
export interface Entry {
  name: string;
  text: string;
  revision: number;
}

/** A copy of this browser. */
export interface Copy {
  name: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Somebody else has written the document since it was opened, or there is one of this name already. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/** How long the empty place of a removed document stays, so that everybody hears of it. */
const GRAVE_SECONDS = 5;
const MAX_COPIES = 30;

/** A name is one segment of an address, and of the address of the page. */
export function isName(name: string): boolean {
  return /^[^/*\p{Cc}]{1,64}$/u.test(name) && name.trim() === name && name !== '.' && name !== '..';
}

/**
 * Documents of users, kept by the router: each is a parameter below a prefix, whose value is the document as a text in
 * JSON. So what is known of parameters holds for them: scopes of tokens, persistence, revisions. A save names the
 * revision that was opened; the router refuses it if there is another, and nobody overwrites what he has not seen.
 *
 * A copy of each saved document stays in this browser: a router without persistence forgets them when it ends.
 */
export class Shelf {
  /** By name. */
  readonly entries = new Map<string, Entry>();
  /** Everything that the router has is here. */
  ready = false;
  /** The router does not show them; empty if it does. */
  refused = '';

  private readonly closers: (() => void)[] = [];
  /** Of removed documents: the revision of the null in their place. */
  private readonly graves = new Map<string, number>();
  private seen = new Set<string>();

  /**
   * @param prefix such as `/console/layouts`
   * @param storage for the copies
   */
  constructor(
    private readonly wire: ShelfWire,
    readonly prefix: string,
    private readonly storage: () => Storage,
    private readonly changed: (name: string) => void,
  ) {}

  open(): void {
    // A connection that begins anew tells everything again.
    this.closers.push(
      this.wire.onState((state) => {
        if (state.kind !== 'live') {
          this.seen.clear();
          this.ready = false;
        }
      }),
    );
    const subscription = this.wire.subscribe(`${this.prefix}/*`, (received) => this.received(received), {
      refused: ({ message }) => {
        this.refused = message;
        this.ready = true;
        this.changed('');
      },
      ready: () => {
        // What a restarted router has not said again is gone.
        for (const name of [...this.entries.keys()]) {
          if (!this.seen.has(name)) {
            this.entries.delete(name);
            this.changed(name);
          }
        }
        this.refused = '';
        this.ready = true;
        this.changed('');
      },
    });
    this.closers.push(() => subscription.close());
  }

  close(): void {
    this.closers.splice(0).forEach((close) => close());
  }

  address(name: string): string {
    return `${this.prefix}/${name}`;
  }

  /**
   * @param base the revision that was opened, 0 if the document is to be new
   * @returns its new revision
   * @throws Conflict somebody else was faster; Refusal of the router
   */
  async save(name: string, text: string, base: number): Promise<number> {
    if (!isName(name)) {
      throw new Malformed(`“${name.slice(0, 80)}” is no name: 1 to 64 characters without / and *`);
    }
    const now = this.entries.get(name);
    if ((now?.revision ?? 0) !== base && now !== undefined) {
      throw new Conflict(name);
    }
    // A removed document leaves its revision for a while.
    const expected = base === 0 ? (this.graves.get(name) ?? 0) : base;
    const { revision = 0 } = await this.write(name, text, expected);
    this.keep(name, text);
    const known = this.entries.get(name);
    if (!known || known.revision <= revision) {
      this.entries.set(name, { name, text, revision });
      this.changed(name);
    }
    return revision;
  }

  /**
   * @param beside what goes with it, such as its `state`
   * @throws Conflict
   */
  async remove(name: string, ...beside: string[]): Promise<void> {
    const now = this.entries.get(name);
    if (now) {
      await this.write(name, null, now.revision);
      this.forget(name);
      for (const each of beside) {
        // Who may not, leaves it: it does no harm.
        await this.wire.set(`${this.address(name)}/${each}`, null, { ttl: { absolute: GRAVE_SECONDS } }).catch(() => {});
      }
    }
  }

  private async write(name: string, value: Value, revision: number): Promise<{ revision?: number }> {
    try {
      return await this.wire.set(this.address(name), value, {
        revision,
        ttl: value === null ? { absolute: GRAVE_SECONDS } : 'never',
      });
    } catch (e) {
      if (e instanceof Error && e.message.startsWith('RevisionConflict')) {
        throw new Conflict(name);
      }
      throw e;
    }
  }

  private received(received: Received): void {
    if (received.kind !== 'param' || received.past) {
      return;
    }
    const name = received.address.slice(this.prefix.length + 1);
    const revision = received.revision ?? 0;
    if (typeof received.value === 'string') {
      if (!this.ready) {
        this.seen.add(name);
      }
      this.graves.delete(name);
      this.entries.set(name, { name, text: received.value, revision });
    } else {
      this.seen.delete(name);
      this.graves.set(name, revision);
      this.entries.delete(name);
    }
    this.changed(name);
  }

  // --- copies of this browser ---------------------------------------------------------------------

  /** Copies of documents that the router does not have, newest first. */
  lost(): Copy[] {
    return this.copies().filter((copy) => !this.entries.has(copy.name));
  }

  forget(name: string): void {
    this.store(this.copies().filter((copy) => copy.name !== name));
  }

  private keep(name: string, text: string): void {
    const copies = this.copies().filter((copy) => copy.name !== name);
    this.store([{ name, text, at: Date.now() }, ...copies].slice(0, MAX_COPIES));
  }

  private copies(): Copy[] {
    try {
      const read: unknown = JSON.parse(this.storage().getItem(this.key()) ?? '[]');
      return Array.isArray(read) ? read.filter(isCopy) : [];
    } catch {
      return [];
    }
  }

  private store(copies: Copy[]): void {
    // When there is no room, the oldest go.
    for (let kept = copies; ; kept = kept.slice(0, -1)) {
      try {
        this.storage().setItem(this.key(), JSON.stringify(kept));
        return;
      } catch {
        if (kept.length === 0) {
          return;
        }
      }
    }
  }

  private key(): string {
    return `clasp-console:${this.prefix}`;
  }
}

function isCopy(entry: unknown): entry is Copy {
  const { name, text, at } = (entry ?? {}) as Partial<Copy>;
  return typeof name === 'string' && isName(name) && typeof text === 'string' && typeof at === 'number';
}
