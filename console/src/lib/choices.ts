/** Something small that this browser keeps for the user; without storage, until the page is left. */
export class Choice<T extends string> {
  private current: T;

  /**
   * @param key in the storage
   * @param values that are possible; the first is what it is before anybody chose
   */
  constructor(
    private readonly key: string,
    values: readonly [T, ...T[]],
    private readonly storage: () => Storage = () => localStorage,
  ) {
    this.current = values[0];
    try {
      const kept = this.storage().getItem(key) as T | null;
      this.current = kept !== null && values.includes(kept) ? kept : values[0];
    } catch {
      // The browser keeps nothing for this page.
    }
  }

  get(): T {
    return this.current;
  }

  set(value: T): void {
    this.current = value;
    try {
      this.storage().setItem(this.key, value);
    } catch {
      // It holds until the page is left.
    }
  }
}
