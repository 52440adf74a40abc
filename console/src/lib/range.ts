import { numberOf } from '../clasp';
import type { Parameter } from './parameters';

/** Ends of a fader. */
export interface Range {
  min: number;
  max: number;
  /** 0: as fine as can be. */
  step: number;
}

/** Nothing says the range of a parameter, so its values do: 0 to 1, the sizes of MIDI and DMX, or round numbers. */
export function rangeOf(parameter: Parameter): Range {
  const now = numberOf(parameter.value) ?? 0;
  let low = Number.isFinite(now) ? now : 0;
  let high = low;
  for (let i = 0; i < (parameter.history?.length ?? 0); i++) {
    const value = parameter.history!.at(i);
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const whole = typeof parameter.value === 'bigint';
  const max = whole ? wholeEnd(high) : high <= 1 ? 1 : round(high);
  const min = low >= 0 ? 0 : low >= -1 && !whole ? -1 : -round(-low);
  return { min, max, step: whole ? 1 : 0 };
}

function wholeEnd(high: number): number {
  return high <= 127 ? 127 : high <= 255 ? 255 : high <= 65_535 ? Math.max(1000, round(high)) : round(high);
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function round(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * ([1, 2, 5, 10].find((n) => n * unit >= value) ?? 10);
}
