/** A router that somebody added to the list of this browser. Never with a token. */
export interface KnownRouter {
  name: string;
  /** Of its console: http or https. */
  url: string;
}

const KEY = 'clasp-routers';
const MOST = 100;
const MAX_NAME = 80;

/**
 * An address as people type it, as that of a console: `stage.local`, `ws://stage.local:7330`, `https://stage.local/`.
 * Null if it is none. A user, a query or a fragment in it is left out: secrets stand there.
 */
export function consoleUrl(text: string): string | null {
  const trimmed = text.trim();
  const schemed = /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  let url: URL;
  try {
    url = new URL(schemed.replace(/^ws(s?):/i, 'http$1:'));
  } catch {
    return null;
  }
  if (!['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return null;
  }
  // Whoever says http means port 80, as everywhere: a router that was found there has its page there.
  const bare = url.port === '' && !/^http:/i.test(trimmed) && !/:\d+(\/|$)/.test(schemed.replace(/^[a-z]+:\/\//i, ''));
  if (bare && url.protocol === 'http:') {
    url.port = '7330';
  }
  return `${url.protocol}//${url.host}${url.pathname === '' ? '/' : url.pathname.replace(/clasp\/?$/, '')}`;
}

/** The routers that this browser knows, in its storage; without one, for as long as the page is there. */
export class KnownRouters {
  private routers: KnownRouter[];

  constructor(private readonly storage: () => Storage) {
    this.routers = this.read();
  }

  get list(): readonly KnownRouter[] {
    return this.routers;
  }

  has(url: string): boolean {
    return this.routers.some((router) => router.url === url);
  }

  /** Adds one, or gives it another name; false if the address is none or the list is full. */
  add(name: string, address: string): boolean {
    const url = consoleUrl(address);
    if (url === null || (this.routers.length >= MOST && !this.has(url))) {
      return false;
    }
    const router = { name: name.trim().slice(0, MAX_NAME) || new URL(url).host, url };
    this.routers = [...this.routers.filter((r) => r.url !== url), router].sort((a, b) => a.name.localeCompare(b.name));
    this.write();
    return true;
  }

  remove(url: string): void {
    this.routers = this.routers.filter((router) => router.url !== url);
    this.write();
  }

  private read(): KnownRouter[] {
    try {
      const stored: unknown = JSON.parse(this.storage().getItem(KEY) ?? '[]');
      return (Array.isArray(stored) ? stored : [])
        .filter(
          (r: unknown): r is KnownRouter =>
            typeof r === 'object' &&
            r !== null &&
            typeof (r as KnownRouter).name === 'string' &&
            typeof (r as KnownRouter).url === 'string' &&
            /^https?:\/\//.test((r as KnownRouter).url),
        )
        .slice(0, MOST)
        .map(({ name, url }) => ({ name: name.slice(0, MAX_NAME), url }));
    } catch {
      return [];
    }
  }

  private write(): void {
    try {
      this.storage().setItem(KEY, JSON.stringify(this.routers));
    } catch {
      // Then only until the page is left.
    }
  }
}
