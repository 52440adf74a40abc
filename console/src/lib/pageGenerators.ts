import type { Client } from '../clasp';
import { Generators } from './generator';
import { workerClock } from './pageClock';

const HIDDEN_MS = 60_000;

const made = new WeakMap<Client, Generators>();

/** The generators of the page: they outlive the screen that shows them. */
export function generatorsOf(client: Client): Generators {
  let generators = made.get(client);
  if (!generators) {
    generators = new Generators(client, workerClock(), storage());
    made.set(client, generators);
    watchHiding(generators);
  }
  return generators;
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    // Forbidden in this browser: they live as long as the page.
    return null;
  }
}

function watchHiding(generators: Generators): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => generators.hiddenForLong(), HIDDEN_MS);
    }
  });
}
