/** Between two looks for a newer page while this one stays open. */
const LOOK_MS = 60 * 60 * 1000;

/** What {@link Offline} needs of the browser. */
export interface Surroundings {
  workers: ServiceWorkerContainer;
  /** Address of the worker. */
  script: string;
  /** Files of this page, as the worker names them: `assets/index-4f2a.js`. */
  mine: () => string[];
  reload: () => void;
}

/** This page's own, as its document has them. Null where there are no service workers: over http to another machine. */
export function surroundings(page: string): Surroundings | null {
  if (!('serviceWorker' in navigator)) {
    return null;
  }
  return {
    workers: navigator.serviceWorker,
    script: new URL('sw.js', page).href,
    mine: () =>
      [...document.querySelectorAll<HTMLElement>('script[src], link[rel="stylesheet"]')]
        .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
        .map((name) => new URL(name, page).href)
        .filter((url) => url.startsWith(page))
        .map((url) => url.slice(page.length)),
    reload: () => location.reload(),
  };
}

/**
 * Keeps the page for times without the router, and tells when the router has a newer one. What is newer is loaded only
 * when the user says so, or with the next start: nothing changes by itself during a show.
 */
export class Offline {
  private registration: ServiceWorkerRegistration | undefined;

  constructor(
    private readonly at: Surroundings,
    /** Told that there is a newer page, and how to load it. */
    private readonly newer: (load: () => void) => void,
    /** Told when the page would begin without the router. */
    private readonly kept: () => void = () => {},
  ) {}

  async start(): Promise<void> {
    try {
      const registration = await this.at.workers.register(this.at.script, { updateViaCache: 'none' });
      this.registration = registration;
      registration.addEventListener('updatefound', () => this.follow(registration.installing));
      this.follow(registration.installing);
      void this.at.workers.ready.then(this.kept);
      await this.offer(registration.waiting);
    } catch {
      // A browser that does not want to: the page works as long as the router answers.
    }
    setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks whether the router has a newer page; also when the connection is back, for it may be another router. */
  look(): void {
    void this.registration?.update().catch(() => {});
  }

  private follow(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      // The first of all is no news.
      if (worker.state === 'installed' && this.at.workers.controller !== null) {
        void this.offer(worker);
      }
    });
  }

  private async offer(worker: ServiceWorker | null): Promise<void> {
    if (worker === null) {
      return;
    }
    const files = await filesOf(worker);
    // This page came from the router after the new files did: it is the new one already.
    if (this.at.mine().every((file) => files.includes(file))) {
      return;
    }
    this.newer(() => {
      this.at.workers.addEventListener('controllerchange', () => this.at.reload(), { once: true });
      worker.postMessage('activate');
    });
  }
}

function filesOf(worker: ServiceWorker): Promise<string[]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<string[]>) => {
      port1.close();
      resolve(event.data);
    };
    worker.postMessage('files', [port2]);
  });
}
