import type { Client } from '../clasp';
import type { Desk } from './desk.svelte';
import { Generators } from './generator';
import { workerClock } from './pageClock';

const HIDDEN_MS = 60_000;

const made = new WeakMap<Client, Generators>();

/** The generators of the page: they outlive the screen that shows them, so the desk tells every screen how many run. */
export function generatorsOf(desk: Desk): Generators {
  const { client } = desk;
  let generators = made.get(client);
  if (!generators) {
    const all = new Generators(client, workerClock(), storage());
    made.set(client, all);
    watchHiding(all);
    all.onChange(() => (desk.generating = all.runningCount));
    generators = all;
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
