import { Choice } from './choices';

/** `auto` follows the system. */
export type Theme = 'auto' | 'dark' | 'light';

export const THEMES = ['auto', 'dark', 'light'] as const satisfies readonly Theme[];

/** The ground of the page in each, for the frame that the system draws around it; as `--ground` in app.css. */
export const GROUNDS = { dark: '#0e1116', light: '#f2f4f7' } as const;

export const themeChoice = (storage?: () => Storage) => new Choice<Theme>('clasp-theme', THEMES, storage);

/** Shows the document in it. */
export function applyTheme(theme: Theme, root: HTMLElement): void {
  if (theme === 'auto') {
    delete root.dataset['theme'];
  } else {
    root.dataset['theme'] = theme;
  }
  for (const meta of root.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const ofSystem = meta.media.includes('light') ? 'light' : 'dark';
    meta.content = GROUNDS[theme === 'auto' ? ofSystem : theme];
  }
}
