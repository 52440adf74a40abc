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

/** The time as a part of a file's name: 2026-01-31T20-15-00. */
export function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
}
