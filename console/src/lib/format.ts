import { t } from '../strings/common';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 12,345 */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** 0, 0.4, 12, 3,400; a dash while it is not known. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) {
    return t.unknown;
  }
  return perSecond > 0 && perSecond < 9.95 ? perSecond.toFixed(1) : grouped.format(perSecond);
}

/** Two units at most: 5 s, 3 min 5 s, 2 h 10 min, 4 d 1 h. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const units = t.units;
  if (s < 60) {
    return `${s} ${units.s}`;
  }
  if (s < 3600) {
    return pair(Math.floor(s / 60), units.min, s % 60, units.s);
  }
  if (s < 86_400) {
    return pair(Math.floor(s / 3600), units.h, Math.floor((s % 3600) / 60), units.min);
  }
  return pair(Math.floor(s / 86_400), units.d, Math.floor((s % 86_400) / 3600), units.h);
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** One unit, for a column that changes all the time: now, 5 s, 3 min, 2 h, 4 d. */
export function formatAge(milliseconds: number): string {
  const s = Math.floor(Math.max(0, milliseconds) / 1000);
  const units = t.units;
  if (s < 1) {
    return t.now;
  }
  if (s < 60) {
    return `${s} ${units.s}`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} ${units.min}`;
  }
  return s < 86_400 ? `${Math.floor(s / 3600)} ${units.h}` : `${Math.floor(s / 86_400)} ${units.d}`;
}

/** 14:03:59.120, local time. */
export function formatClock(epochMilliseconds: number): string {
  const d = new Date(epochMilliseconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return `${time}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

/** The first part of a session id, enough to tell sessions apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
