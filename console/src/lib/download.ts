/** Parts that are put together before they leave the heap of the script for that of the browser. */
const PARTS = 4;

/** Gives the user a file. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: the browser has to begin first.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The same for a text that is made in parts. */
export function saveFile(name: string, type: string, parts: Iterable<string>): void {
  let file = new Blob([], { type });
  let some: string[] = [];
  const append = () => {
    file = new Blob([file, ...some], { type });
    some = [];
  };
  for (const part of parts) {
    some.push(part);
    if (some.length === PARTS) {
      append();
    }
  }
  append();
  download(name, file);
}

/** The time as a part of a file's name: 2026-01-31T20-15-00. */
export function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
}
