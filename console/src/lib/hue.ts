import { isMap, numberOf, ofKind, type Value, type ValueMap } from '../clasp/values';

/** Hue in degrees, saturation and brightness 0 to 1. */
export interface Hsv {
  h: number;
  s: number;
  v: number;
}

/** @param r,g,b 0 to 1 */
export function toHsv(r: number, g: number, b: number): Hsv {
  const v = Math.max(r, g, b);
  const d = v - Math.min(r, g, b);
  if (d === 0) {
    return { h: 0, s: 0, v };
  }
  const sixth = v === r ? ((g - b) / d + 6) % 6 : v === g ? (b - r) / d + 2 : (r - g) / d + 4;
  return { h: sixth * 60, s: d / v, v };
}

/** Red, green and blue, 0 to 1. */
export function toRgb({ h, s, v }: Hsv): [number, number, number] {
  const channel = (n: number) => {
    const k = (n + h / 60) % 6;
    return v - v * s * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** The colour in a map with r, g and b; null if it has none. @param full the brightest value of a channel */
export function hsvOf(value: Value | undefined, full: number): Hsv | null {
  if (!isMap(value)) {
    return null;
  }
  const [r, g, b] = ['r', 'g', 'b'].map((key) => numberOf(value[key]));
  if (r === undefined || g === undefined || b === undefined) {
    return null;
  }
  const part = (channel: number) => Math.min(1, Math.max(0, channel / full || 0));
  return toHsv(part(r), part(g), part(b));
}

/** The map with this colour; what else is in it (white, alpha) stays, and so does the kind of its numbers. */
export function withColour(before: Value | undefined, hsv: Hsv, full: number): ValueMap {
  const map = isMap(before) ? before : {};
  const [r, g, b] = toRgb(hsv);
  const channel = (part: number, like: Value | undefined) => {
    const value = part * full;
    return ofKind(full > 1 ? Math.round(value) : Number(value.toFixed(4)), like);
  };
  return { ...map, r: channel(r, map['r']), g: channel(g, map['g']), b: channel(b, map['b']) };
}

/** As CSS has it. */
export function cssOf(hsv: Hsv): string {
  const [r, g, b] = toRgb(hsv).map((part) => Math.round(part * 255));
  return `rgb(${r} ${g} ${b})`;
}
