import { hashOf } from './route';

/** Longer is no token of ours. */
const LONGEST = 8_192;

/** What `clasp console` put behind the `#`: a token, and where to go. */
export interface HandOver {
  token: string;
  /** The fragment to show instead. */
  hash: string;
}

/** Null if nothing is handed over. A token that cannot be one is as if there were none, but is taken away all the same. */
export function handOverOf(fragment: string): HandOver | null {
  if (!/^#(?:[^/].*&)?token=/s.test(fragment)) {
    return null;
  }
  const given = new URLSearchParams(fragment.slice(1));
  const token = given.get('token') ?? '';
  const [screen = '', ...rest] = (given.get('screen') ?? '').replace(/^#?\//, '').split('/');
  return {
    token: token.length <= LONGEST && /^[\x21-\x7e]*$/.test(token) ? token : '',
    hash: screen === '' ? '#/' : hashOf(screen, rest.join('/')),
  };
}

/** Takes a token out of the address bar and the history, before anything else of the page runs. Empty if there is none. */
export function takeToken(place: Location, history: History): string {
  const given = handOverOf(place.hash);
  if (given === null) {
    return '';
  }
  history.replaceState(null, '', given.hash);
  return given.token;
}
