import type { Value } from '../clasp/values';
import { fromJson, toJson } from './json-value';

/**
 * A value as a user types it: JSON, where a number is a float and `5i` an integer; anything that is no JSON is a text.
 * Undefined while what is typed begins like JSON and is not complete.
 */
export function readValue(text: string): Value | undefined {
  const trimmed = text.trim();
  if (/^-?\d{1,18}i$/.test(trimmed)) {
    return BigInt(trimmed.slice(0, -1));
  }
  try {
    return fromJson(JSON.parse(trimmed));
  } catch {
    return /^["[{]/.test(trimmed) || trimmed === '' ? undefined : trimmed;
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
