import { History } from './undo';
import { draftOf, keepDraft } from './keeping';
import { sentence } from './sending';
import { Conflict, type Entry, type Shelf } from './shelf';

interface Codec<T> {
  decode(text: string): T;
  encode(document: T): string;
}

interface Draft<T> {
  history: History<T>;
  base: number;
  saved: T;
}

/**
 * A document of the shelf while it is changed: steps back and forth, saving against the revision that was opened.
 * Changes that were not saved stay with the page when another screen is looked at.
 */
export class Editing<T> {
  now: T = $state.raw()!;
  /** As it was saved or opened last. */
  saved: T = $state.raw()!;
  /** The revision on which the changes are based. */
  base = $state(0);
  undoable = $state(false);
  redoable = $state(false);
  saving = $state(false);
  /** Why it was not saved; empty if nothing is wrong. */
  problem = $state('');
  /** Changes from before were found. */
  readonly restored: boolean;

  /** What was to be saved, as long as nobody knows whether it was: there was no answer. */
  private tried: { text: string; state: T } | undefined;
  /** Of the saving that was asked for last. */
  private last: Promise<boolean> = Promise.resolve(true);
  private history: History<T>;
  private readonly address: string;

  constructor(
    readonly shelf: Shelf,
    readonly name: string,
    document: T,
    revision: number,
    private readonly codec: Codec<T>,
  ) {
    this.address = shelf.address(name);
    const draft = draftOf<Draft<T>>(this.address);
    this.restored = draft !== undefined;
    this.history = draft?.history ?? new History(document);
    this.base = draft?.base ?? revision;
    this.saved = draft?.saved ?? document;
    this.refresh();
  }

  get dirty(): boolean {
    return this.now !== this.saved;
  }

  close(): void {
    const { history, base, saved } = this;
    keepDraft(this.address, this.dirty ? { history, base, saved } : undefined);
  }

  change(next: T, merge = ''): void {
    this.history.change(next, merge);
    this.refresh();
  }

  settle(): void {
    this.history.settle();
  }

  undo(): void {
    this.history.undo();
    this.refresh();
  }

  redo(): void {
    this.history.redo();
    this.refresh();
  }

  /** Back to what was saved. */
  drop(): void {
    this.history = new History(this.saved);
    this.refresh();
  }

  /** The router has this now. What others save is taken at once where nothing of ours would be lost. */
  seen(entry: Entry | undefined): void {
    if (!entry || this.saving || entry.revision === this.base) {
      return;
    }
    if (this.tried?.text === entry.text) {
      // It was saved after all.
      this.saved = this.tried.state;
      this.base = entry.revision;
      this.tried = undefined;
      this.problem = '';
    } else if (!this.dirty) {
      this.take(entry);
    }
  }

  /** What somebody else has saved takes the place of our changes. */
  take(entry: Entry): void {
    try {
      this.saved = this.codec.decode(entry.text);
      this.base = entry.revision;
      this.drop();
    } catch (e) {
      this.problem = sentence(e);
    }
  }

  /** Somebody else has written, or removed, the document since. */
  overtaken(entry: Entry | undefined): boolean {
    return !this.saving && (entry?.revision ?? 0) !== this.base;
  }

  /**
   * Whether it is saved now. One after the other: the next goes from the revision that the one before it made, and only
   * if there is something new.
   *
   * @param on the revision that it may write over
   */
  save(as = this.name, on?: number): Promise<boolean> {
    this.last = this.last.then(() => (on === undefined && !this.dirty ? true : this.write(as, on ?? this.base)));
    return this.last;
  }

  private async write(as: string, on: number): Promise<boolean> {
    const state = this.now;
    this.saving = true;
    try {
      const text = this.codec.encode(state);
      // What could not be read again is not saved.
      this.codec.decode(text);
      this.tried = as === this.name ? { text, state } : undefined;
      const revision = await this.shelf.save(as, text, on);
      this.problem = '';
      this.tried = undefined;
      this.saved = state;
      if (as === this.name) {
        this.base = revision;
      }
      return true;
    } catch (e) {
      const { kind = '' } = e as { kind?: string };
      if (kind !== 'closed' && kind !== 'timeout') {
        this.tried = undefined;
      }
      // A conflict is shown as one as soon as its cause is here.
      this.problem = e instanceof Conflict ? '' : sentence(e);
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** Ctrl with S, Z, Y. Says whether the key was one of them. */
  key(event: KeyboardEvent): boolean {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) {
      return false;
    }
    const pressed = event.key.toLowerCase();
    if (pressed === 's') {
      event.preventDefault();
      void this.save();
      return true;
    }
    if ((pressed !== 'z' && pressed !== 'y') || typing(event.target)) {
      return false;
    }
    event.preventDefault();
    if (pressed === 'y' || event.shiftKey) {
      this.redo();
    } else {
      this.undo();
    }
    return true;
  }

  private refresh(): void {
    this.now = this.history.state;
    this.undoable = this.history.undoable;
    this.redoable = this.history.redoable;
  }
}

/** The key goes into a box. */
export function typing(target: EventTarget | null): boolean {
  return (target as Partial<Element> | null)?.closest?.('input:not([type=checkbox]), textarea, select') != null;
}
