/** The last numbers of a series, oldest first. Adding is O(1) and allocates nothing. */
export class Ring {
  private readonly values: Float64Array;
  private next = 0;
  private filled = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
  }

  get length(): number {
    return this.filled;
  }

  push(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.values.length;
    this.filled = Math.min(this.filled + 1, this.values.length);
  }

  /** The value at a position; 0 is the oldest. NaN outside. */
  at(index: number): number {
    if (index < 0 || index >= this.filled) {
      return NaN;
    }
    const start = this.filled < this.values.length ? 0 : this.next;
    return this.values[(start + index) % this.values.length] ?? NaN;
  }
}
