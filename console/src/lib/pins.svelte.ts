const KEY = 'clasp-pins';
const MOST = 200;

/** Addresses that somebody wants to have at the top, kept in this browser. */
export class Pins {
  /** In the order in which they were pinned. */
  addresses: readonly string[] = $state.raw([]);

  constructor(private readonly storage: () => Storage) {
    try {
      const kept: unknown = JSON.parse(storage().getItem(KEY) ?? '[]');
      if (Array.isArray(kept)) {
        this.addresses = kept.filter((address) => typeof address === 'string').slice(0, MOST);
      }
    } catch {
      // Nothing was kept, or the browser keeps nothing.
    }
  }

  has(address: string): boolean {
    return this.addresses.includes(address);
  }

  toggle(address: string): void {
    this.addresses = this.has(address)
      ? this.addresses.filter((other) => other !== address)
      : [...this.addresses, address].slice(-MOST);
    try {
      this.storage().setItem(KEY, JSON.stringify(this.addresses));
    } catch {
      // They stay until the page is left.
    }
  }
}
