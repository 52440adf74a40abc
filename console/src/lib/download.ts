/** Parts that are put together before they leave the heap of the script for that of the browser. */
const PARTS = 4;

/** Hands the browser a file. Its text is made in parts. */
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
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun when the click returns; some browsers read the address a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
