/** What the part of the address behind `#` says: `#/layouts/stage%20left` is the screen `layouts` with `stage left`. */
export interface Route {
  /** Empty for none. */
  screen: string;
  /** What follows the screen, decoded; empty if nothing does. */
  rest: string;
}

export function routeOf(hash: string): Route {
  const [, screen = '', rest = ''] = /^#\/([^/]*)\/?(.*)$/s.exec(hash) ?? [];
  return { screen: decoded(screen), rest: decoded(rest) };
}

export function hashOf(screen: string, rest = ''): string {
  const path = `#/${encodeURIComponent(screen)}`;
  return rest === '' ? path : `${path}/${rest.split('/').map(encodeURIComponent).join('/')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
