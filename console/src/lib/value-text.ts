import type { Value } from '../clasp/values';
import { fromJson, toJson } from './json-value';

/**
 * A value as a user types it: JSON, where a number is a float and `5i` an integer; anything that is no JSON is a text.
 * Undefined while what is typed begins like JSON or a number and is not complete: who types -1.5 has not meant a text.
 */
export function readValue(text: string): Value | undefined {
  const trimmed = text.trim();
  if (/^-?\d{1,19}i$/.test(trimmed)) {
    const whole = BigInt(trimmed.slice(0, -1));
    return BigInt.asIntN(64, whole) === whole ? whole : undefined;
  }
  try {
    return fromJson(JSON.parse(trimmed));
  } catch {
    return /^["[{]/.test(trimmed) || /^(?:-?(?:\d+\.|\d+(?:\.\d+)?[eE][+-]?)?)$/.test(trimmed) ? undefined : trimmed;
  }
}

/** What {@link readValue} reads back as the same value. */
export function writeValue(value: Value): string {
  if (typeof value === 'bigint') {
    return `${value}i`;
  }
  if (typeof value === 'string' && readValue(value) === value && value.trim() === value) {
    return value;
  }
  return JSON.stringify(toJson(value));
}
