import { isMap, numberOf, ofKind, type Value } from '../clasp';

/** Channels that a colour picker cannot show, in the order of the map. */
export interface Channel {
  name: string;
  value: number;
}

/** How high the channels of this colour go: 1 for floats up to 1, else 255. */
export function scaleOf(value: Value): number {
  if (!isMap(value)) {
    return 255;
  }
  const channels = ['r', 'g', 'b'].map((name) => value[name]);
  const whole = channels.some((channel) => typeof channel === 'bigint');
  return !whole && channels.every((channel) => (numberOf(channel) ?? 0) <= 1) ? 1 : 255;
}

/**
 * As an `input` of type color wants it: `#rrggbb`.
 *
 * @param full how high its channels go
 */
export function hexColour(value: Value, full = scaleOf(value)): string {
  if (typeof value === 'string') {
    const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value);
    return (short ? `#${short[1]}${short[1]}${short[2]}${short[2]}${short[3]}${short[3]}` : value).toLowerCase();
  }
  const scale = 255 / full;
  const pair = (name: string) => {
    const channel = (isMap(value) ? numberOf(value[name]) : 0) ?? 0;
    return Math.round(Math.min(255, Math.max(0, channel * scale)) || 0)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${pair('r')}${pair('g')}${pair('b')}`;
}

/**
 * The colour `hex` in the form of `like`: text stays text, a map keeps its scale, kinds and other channels.
 *
 * @param full how high the channels of `like` go
 */
export function withHex(like: Value, hex: string, full = scaleOf(like)): Value {
  if (!isMap(like)) {
    return hex;
  }
  const scale = full / 255;
  const channel = (name: string, from: number) => ofKind(parseInt(hex.slice(from, from + 2), 16) * scale, like[name]);
  return { ...like, r: channel('r', 1), g: channel('g', 3), b: channel('b', 5) };
}

/** All channels of a map, r, g and b first. */
export function channelsOf(value: Value): Channel[] {
  if (!isMap(value)) {
    return [];
  }
  const names = ['r', 'g', 'b', ...Object.keys(value).filter((name) => !['r', 'g', 'b'].includes(name))];
  return names.flatMap((name) => {
    const number = numberOf(value[name]);
    return number === undefined ? [] : [{ name, value: number }];
  });
}

export function withChannel(like: Value, name: string, to: number): Value {
  return isMap(like) ? { ...like, [name]: ofKind(to, like[name]) } : like;
}
