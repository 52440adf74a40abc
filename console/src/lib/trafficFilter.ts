import { compileFilter } from './pattern';
import { addressesOf, sessionsOf, type Entry, type Kind } from './traffic';
import { summaryOf } from './trafficText';

/** What the monitor shows. Everything that is empty lets all pass. */
export interface TrafficFilter {
  direction: '' | 'in' | 'out';
  /** Kinds that are not shown. */
  hidden: ReadonlySet<Kind>;
  /** Beginning of addresses: what a bridge writes below. */
  namespace: string;
  /** A pattern, or words that the address has. */
  address: string;
  /** Part of a session's id, or `me`. */
  session: string;
  /** Somewhere in address or value, in any case. */
  text: string;
}

export const NO_FILTER: TrafficFilter = {
  direction: '',
  hidden: new Set(),
  namespace: '',
  address: '',
  session: '',
  text: '',
};

export function compileTraffic(filter: TrafficFilter): (entry: Entry) => boolean {
  const tests: ((entry: Entry) => boolean)[] = [];
  if (filter.direction !== '') {
    const out = filter.direction === 'out';
    tests.push((entry) => entry.out === out);
  }
  if (filter.hidden.size > 0) {
    tests.push((entry) => !filter.hidden.has(entry.kind));
  }
  const namespace = filter.namespace.replace(/\/+$/, '');
  if (namespace !== '') {
    const below = `${namespace}/`;
    tests.push((entry) => anyAddress(entry, (address) => address === namespace || address.startsWith(below)));
  }
  if (filter.address.trim() !== '') {
    const matches = compileFilter(filter.address);
    tests.push((entry) => anyAddress(entry, matches));
  }
  const session = filter.session.trim().toLowerCase();
  if (session === 'me') {
    tests.push((entry) => entry.out);
  } else if (session !== '') {
    tests.push((entry) => sessionsOf(entry).some((id) => id.toLowerCase().includes(session)));
  }
  const text = filter.text.trim().toLowerCase();
  if (text !== '') {
    tests.push(
      (entry) =>
        anyAddress(entry, (address) => address.toLowerCase().includes(text)) ||
        summaryOf(entry.message, 4_000).toLowerCase().includes(text),
    );
  }
  return (entry) => tests.every((test) => test(entry));
}

function anyAddress(entry: Entry, test: (address: string) => boolean): boolean {
  return entry.address !== '' ? test(entry.address) : addressesOf(entry.message).some(test);
}
