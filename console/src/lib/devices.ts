/** The answer to GET /api/devices; see docs/rendezvous.md. What a device says of itself nobody has vouched for. */
export interface Device {
  id: string;
  name: string;
  secondsSinceSeen: number;
  secondsSinceFound?: number;
  /** It is this router. */
  self: boolean;
  url?: string;
  /** Its console, if it has one. */
  page?: string;
  sources: string[];
  /** Kind to URL: `ws`, `tcp`, `quic`. */
  endpoints?: Record<string, string>;
  /** IP addresses, the best first. */
  addresses?: string[];
  features?: string[];
}

/** The answer to GET /api/announcement: what others are told of this router, by each way that is switched on. */
export interface Announcement {
  mdns?: {
    announced: boolean;
    why?: string;
    service: string;
    port: number;
    text: string[];
    counters: Record<string, number>;
  };
  broadcast?: { counters: Record<string, number> };
  registration?: { counters: Record<string, number> };
  rendezvous?: { counters: Record<string, number> };
}

/** Every URL by which a device can be reached, each once: what it says, and that at its other addresses. */
export function urlsOf(device: Device): string[] {
  const urls = new Set(Object.values(device.endpoints ?? {}).filter((url) => /^[a-z]+:\/\//.test(url)));
  if (device.url !== undefined) {
    urls.add(device.url);
    try {
      for (const address of device.addresses ?? []) {
        const other = new URL(device.url.replace(/^ws/, 'http'));
        other.hostname = address.includes(':') ? `[${address}]` : address;
        urls.add(other.href.replace(/^http/, 'ws').replace(/\/$/, device.url.endsWith('/') ? '/' : ''));
      }
    } catch {
      // What a device says may be anything.
    }
  }
  return [...urls].slice(0, MAX_URLS);
}

const MAX_URLS = 16;

export interface Devices {
  devices: Device[];
  problems: { mechanism: string; problem: string }[];
}

/** The answer to GET /api/addresses. */
export interface Addresses {
  urls: string[];
  pages: string[];
}

/** What a telephone is given. */
export interface Share {
  kind: 'app' | 'browser';
  url: string;
}

const INTERVAL = 2_000;
const TIMEOUT = 4_000;

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * What others in the network can use: the address by which this page came; if that is this machine's own name for
 * itself, those that the router has.
 */
export function shares(page: string, socket: string, addresses: Addresses | null): Share[] {
  const here = new URL('./', page);
  if (!LOCAL.test(here.hostname)) {
    return [
      { kind: 'app', url: socket },
      { kind: 'browser', url: here.href },
    ];
  }
  const others = (urls: string[]) => urls.filter((url) => !LOCAL.test(hostOf(url)));
  const web = (url: string) => /^wss?:/.test(url);
  return [
    ...others(addresses?.urls.filter(web) ?? []).map((url): Share => ({ kind: 'app', url })),
    ...others(addresses?.pages ?? []).map((url): Share => ({ kind: 'browser', url })),
  ];
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}

/** Only what a browser may follow: the rest would be a trap. */
export function safeLink(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}

export interface DevicesListener {
  answered(devices: Devices): void;
  /** The router does not answer, or does not look for others. */
  failed(): void;
}

/** Asks every two seconds, never twice at the same time. Returns the function that stops it. */
export function pollDevices(url: string, token: string, listener: DevicesListener): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    const devices = await askJson<Devices>(url, token);
    if (stopped) {
      return;
    }
    if (devices) {
      listener.answered(devices);
    } else {
      listener.failed();
    }
    timer = setTimeout(() => void ask(), INTERVAL);
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** An answer in JSON; null if there is none. */
export async function askJson<T>(url: string, token: string): Promise<T | null> {
  try {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    const reply = await fetch(url, { cache: 'no-store', headers, signal: AbortSignal.timeout(TIMEOUT) });
    return reply.ok ? ((await reply.json()) as T) : null;
  } catch {
    return null;
  }
}
