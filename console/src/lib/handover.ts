import { hashOf } from './route';

const TICKET = /^[A-Za-z0-9_-]{16,64}$/;
const TIMEOUT = 8_000;

/** What `clasp console` put behind the `#`: a ticket for a token, and where to go. */
export interface HandOver {
  /** Empty if there is none that could be one. */
  ticket: string;
  /** The fragment to show instead. */
  hash: string;
}

/** Null if nothing is handed over. */
export function handOverOf(fragment: string): HandOver | null {
  if (!/^#(?:[^/].*&)?ticket=/s.test(fragment)) {
    return null;
  }
  const given = new URLSearchParams(fragment.slice(1));
  const ticket = given.get('ticket') ?? '';
  const [screen = '', ...rest] = (given.get('screen') ?? '').replace(/^#?\//, '').split('/');
  return { ticket: TICKET.test(ticket) ? ticket : '', hash: screen === '' ? '#/' : hashOf(screen, rest.join('/')) };
}

/** Takes a ticket out of the address, before anything else of the page runs. Null if nothing is handed over. */
export function takeTicket(place: Location, history: History): string | null {
  const given = handOverOf(place.hash);
  if (given === null) {
    return null;
  }
  history.replaceState(null, '', given.hash);
  return given.ticket;
}

/** The token that a ticket is good for; empty if it is not good any more, or nobody answers. */
export async function redeem(page: string, ticket: string): Promise<string> {
  try {
    const reply = await fetch(new URL('api/ticket/redeem', page).href, {
      method: 'POST',
      body: ticket,
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return reply.ok ? ((await reply.json()) as { token: string }).token : '';
  } catch {
    return '';
  }
}
