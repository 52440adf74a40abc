/** A setting of GET admin/v1/config. */
export interface Setting {
  key: string;
  value: string;
  standard: string;
  origin: string;
  /** Somebody said it: file, environment or command line. */
  changed: boolean;
  /** Changes without a restart. */
  live: boolean;
  description: string;
}

/** The answer to GET admin/v1/reload. */
export interface ReloadPreview {
  file?: string;
  changes: { key: string; from: string; to: string; origin: string; live: boolean }[];
  bridges: string[];
  warnings: string[];
}

/** The answer of the router as a list, in its order. */
export function settingsOf(answer: Record<string, Omit<Setting, 'key'>>): Setting[] {
  return Object.entries(answer).map(([key, setting]) => ({ key: key.replace(/^server\./, ''), ...setting }));
}

export interface Section {
  /** What is before the first dot; empty for settings without one. */
  name: string;
  settings: Setting[];
}

/**
 * In sections, those without a section first.
 *
 * @param changedOnly only what somebody said
 * @param search words, all of which must be in key, value, origin or description
 */
export function sectionsOf(settings: readonly Setting[], changedOnly: boolean, search: string): Section[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  const sections = new Map<string, Setting[]>([['', []]]);
  for (const setting of settings) {
    const text = `${setting.key} ${setting.value} ${setting.origin} ${setting.description}`.toLowerCase();
    if ((changedOnly && !setting.changed) || !words.every((word) => text.includes(word))) {
      continue;
    }
    const dot = setting.key.indexOf('.');
    const name = dot < 0 ? '' : setting.key.slice(0, dot);
    const list = sections.get(name);
    if (list) {
      list.push(setting);
    } else {
      sections.set(name, [setting]);
    }
  }
  return [...sections].filter(([, list]) => list.length > 0).map(([name, list]) => ({ name, settings: list }));
}
