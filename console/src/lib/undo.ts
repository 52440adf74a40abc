/** Steps that can be taken back, and taken again. States are values: nobody changes one. */
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private merging = '';

  constructor(
    private present: T,
    private readonly depth = 200,
  ) {}

  get state(): T {
    return this.present;
  }

  get undoable(): boolean {
    return this.past.length > 0;
  }

  get redoable(): boolean {
    return this.future.length > 0;
  }

  /** @param merge what the steps of one movement or one typing have in common: they are taken back as one */
  change(next: T, merge = ''): void {
    if (next === this.present) {
      return;
    }
    if (merge === '' || merge !== this.merging) {
      this.past.push(this.present);
      if (this.past.length > this.depth) {
        this.past.shift();
      }
    }
    this.merging = merge;
    this.future = [];
    this.present = next;
  }

  /** The next step is one of its own. */
  settle(): void {
    this.merging = '';
  }

  undo(): void {
    const before = this.past.pop();
    if (before !== undefined) {
      this.future.push(this.present);
      this.present = before;
      this.settle();
    }
  }

  redo(): void {
    const next = this.future.pop();
    if (next !== undefined) {
      this.past.push(this.present);
      this.present = next;
      this.settle();
    }
  }
}
