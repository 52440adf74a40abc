const KEY = 'clasp-token';

/**
 * The token of this tab. Kept in the storage of the session, so that a reload does not ask again and closing the tab
 * forgets it; where the browser has no storage for the page, only until the page is left.
 */
export class TokenStore {
  private token: string;

  constructor(private readonly storage: () => Storage) {
    this.token = this.attempt((s) => s.getItem(KEY)) ?? '';
  }

  get(): string {
    return this.token;
  }

  set(token: string): void {
    this.token = token;
    this.attempt((s) => (token ? s.setItem(KEY, token) : s.removeItem(KEY)));
  }

  private attempt<T>(use: (storage: Storage) => T): T | null {
    try {
      return use(this.storage());
    } catch {
      return null;
    }
  }
}
