/** Something that the palette can do or go to. */
export interface Entry {
  /** What is searched and shown. */
  label: string;
  /** Beside it: a key, or what kind of thing it is. */
  detail: string;
  run(): void;
}

/** More than these are not shown; who sees so many types on. */
export const MOST_ENTRIES = 40;

/**
 * How well a text fits what was typed; 0 for not at all. The start of the text counts most, then the start of a word in
 * it, then any place, then the letters in their order with others between them.
 */
export function fit(label: string, typed: string): number {
  const text = label.toLowerCase();
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') {
    return 1;
  }
  const at = text.indexOf(wanted);
  if (at === 0) {
    return 4;
  }
  if (at > 0) {
    return /[\s/&-]/.test(text[at - 1]!) ? 3 : 2;
  }
  let i = 0;
  for (const c of text) {
    if (c === wanted[i]) {
      i++;
    }
  }
  return i === wanted.length ? 1 : 0;
}

/** Those that fit, the best first; what fits equally stays in its order. */
export function ranked(entries: readonly Entry[], typed: string): Entry[] {
  return entries
    .map((entry) => ({ entry, fits: fit(entry.label, typed) }))
    .filter(({ fits }) => fits > 0)
    .sort((a, b) => b.fits - a.fits)
    .map(({ entry }) => entry);
}
