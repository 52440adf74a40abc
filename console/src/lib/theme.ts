const KEY = 'clasp-theme';

/** `auto` follows the system. */
export type Theme = 'auto' | 'dark' | 'light';

export const THEMES: readonly Theme[] = ['auto', 'dark', 'light'];

/** What was chosen in this browser; without storage, nothing. */
export function chosenTheme(storage: () => Storage): Theme {
  try {
    const kept = storage().getItem(KEY) as Theme | null;
    return kept !== null && THEMES.includes(kept) ? kept : 'auto';
  } catch {
    return 'auto';
  }
}

/** Shows the document in it and keeps the choice where the browser can. */
export function applyTheme(theme: Theme, root: HTMLElement, storage: () => Storage): void {
  if (theme === 'auto') {
    delete root.dataset['theme'];
  } else {
    root.dataset['theme'] = theme;
  }
  try {
    storage().setItem(KEY, theme);
  } catch {
    // The choice holds until the page is left.
  }
}
