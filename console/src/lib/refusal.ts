import type { Refusal } from '../clasp';
import { live } from '../strings/live';

const FORBIDDEN = 301;
const LOCK_HELD = 401;

/** A refusal of a write in words for people. */
export function refusalText(refusal: Refusal): string {
  const t = live.refused;
  switch (refusal.kind) {
    case 'timeout':
      return t.timeout;
    case 'closed':
      return t.closed;
    case 'invalid':
      return t.other(refusal.message);
    case 'refused':
      return refusal.code === LOCK_HELD
        ? t.locked
        : refusal.code === FORBIDDEN
          ? t.forbidden
          : refusal.message.startsWith('RevisionConflict')
            ? t.conflict
            : t.other(refusal.message || t.code(refusal.code));
  }
}
