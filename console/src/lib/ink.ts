/** Relative luminance of {@code rgb(r, g, b)} (WCAG 2.2). */
function parts(colour: string): number[] {
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/**
 * The colour, of text and panel, that is read better where the accent covers the ground so far.
 *
 * @param colours by their names in app.css, as the browser computes them
 * @param part 0 to 1
 */
export function inkOn(colours: Readonly<Record<string, string>>, part: number): string {
  const ground = parts(colours['--raised'] ?? '');
  const accent = parts(colours['--accent'] ?? '');
  const here = luminance(ground.map((value, i) => value + ((accent[i] ?? value) - value) * part));
  const text = colours['--text'] ?? '';
  const panel = colours['--panel'] ?? '';
  return contrast(here, luminance(parts(text))) >= contrast(here, luminance(parts(panel))) ? text : panel;
}
