/**
 * What the filter box means.
 *
 * - Words: an address must contain all of them, in any case.
 * - With a star, a pattern as the router has them: `*` is one segment or a part of one, `**` any number of segments.
 *   A pattern without a leading slash may begin anywhere: `lights/*` is `/**` + `/lights/*`.
 */
export type Filter = (address: string) => boolean;

export function compileFilter(text: string): Filter {
  const trimmed = text.trim();
  if (trimmed === '') {
    return () => true;
  }
  if (trimmed.includes('*')) {
    return compilePattern(trimmed.startsWith('/') ? trimmed : `/**/${trimmed}`);
  }
  const words = trimmed.toLowerCase().split(/\s+/);
  return (address) => {
    const lower = address.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** The matching of the router, `/a/**` including `/a`. Cost: length of pattern × length of address. */
export function compilePattern(pattern: string): Filter {
  if (!pattern.includes('*')) {
    // A layout subscribes to a hundred of these, and each message asks them all.
    return (address) => address === pattern;
  }
  const wanted = segments(pattern).filter((segment, i, all) => segment !== '**' || all[i - 1] !== '**');
  return (address) => matchSegments(wanted, segments(address));
}

function segments(path: string): string[] {
  return (path.startsWith('/') ? path.slice(1) : path).split('/');
}

/** Two pointers; after a mismatch the last `**` swallows one segment more. */
function matchSegments(pattern: string[], address: string[]): boolean {
  let p = 0;
  let a = 0;
  let globstar = -1;
  let resume = 0;
  while (a < address.length) {
    const segment = pattern[p];
    if (segment === '**') {
      globstar = p++;
      resume = a;
    } else if (segment !== undefined && matchSegment(segment, address[a] ?? '')) {
      p++;
      a++;
    } else if (globstar >= 0) {
      p = globstar + 1;
      a = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '**') {
    p++;
  }
  return p === pattern.length;
}

/** Stars inside one segment, by the same method on characters. */
function matchSegment(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) {
    return pattern === text;
  }
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') {
    p++;
  }
  return p === pattern.length;
}
