import type { Curve } from './layout';

/** What a fader stands for. */
export interface Scale {
  min: number;
  max: number;
  step: number;
  curve: Curve;
}

/** The value at a part of the way, 0 to 1; on a step if there are any. */
export function valueAt(scale: Scale, part: number): number {
  const { min, max } = scale;
  const p = Math.min(1, Math.max(0, part));
  const value = p === 0 ? min : p === 1 ? max : curved(scale, p);
  return stepped(scale, value);
}

function curved({ min, max, curve }: Scale, p: number): number {
  switch (curve) {
    case 'linear':
      return min + (max - min) * p;
    case 'square':
      return min + (max - min) * p * p;
    case 'cube':
      return min + (max - min) * p * p * p;
    case 'log':
      return min * (max / min) ** p;
  }
}

function stepped({ min, max, step }: Scale, value: number): number {
  if (step <= 0) {
    return value;
  }
  // Binary fractions: 0.1 + 0.2 is to be 0.3.
  const on = Number((min + Math.round((value - min) / step) * step).toPrecision(12));
  return Math.min(Math.max(min, max), Math.max(Math.min(min, max), on));
}

/** Where a value stands, 0 to 1; what is beyond the range stands at its end, what is no number at the beginning. */
export function partOf({ min, max, curve }: Scale, value: number): number {
  const p =
    curve === 'log'
      ? Math.log(Math.max(value / min, Number.MIN_VALUE)) / Math.log(max / min)
      : root((value - min) / (max - min), curve);
  return Math.min(1, Math.max(0, Number.isNaN(p) ? 0 : p));
}

function root(part: number, curve: Curve): number {
  const p = Math.min(1, Math.max(0, part));
  return curve === 'square' ? Math.sqrt(p) : curve === 'cube' ? Math.cbrt(p) : p;
}

/** The value after a key: `small` is an arrow, otherwise a page. */
export function nudged(scale: Scale, value: number, direction: 1 | -1, small: boolean): number {
  if (scale.step > 0) {
    const steps = small ? 1 : Math.max(1, Math.round(Math.abs(scale.max - scale.min) / scale.step / 10));
    const sign = scale.max >= scale.min ? 1 : -1;
    return stepped(scale, value + direction * sign * steps * scale.step);
  }
  return valueAt(scale, partOf(scale, value) + direction * (small ? 0.01 : 0.1));
}
