import { int, type Value } from '../clasp';

export const WAVES = ['constant', 'sine', 'triangle', 'saw', 'square', 'random', 'steps', 'wheel', 'circle'] as const;
export type Wave = (typeof WAVES)[number];

export const VALUE_KINDS = ['float', 'int', 'bool', 'text', 'colour'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** What a signal generator makes of time. */
export interface Shape {
  wave: Wave;
  /** What is sent; `wheel` sends colours and `circle` points, whatever this says. */
  kind: ValueKind;
  /** Range of numbers. */
  low: number;
  high: number;
  /** Turns a second. */
  frequency: number;
  /** Of a `steps`: how many. */
  steps: number;
  /** Texts, one after the other as the wave rises. */
  texts: readonly string[];
}

/**
 * Where a wave is, 0 to 1.
 *
 * @param turns since the start: 0.25 is a quarter of the way
 * @param index of the sample; `random` depends on it alone, so that it is the same when it is computed again
 */
export function position(wave: Wave, turns: number, steps: number, index: number): number {
  const phase = turns - Math.floor(turns);
  switch (wave) {
    case 'constant':
      return 1;
    case 'sine':
    case 'circle':
      return 0.5 + 0.5 * Math.sin(2 * Math.PI * phase);
    case 'triangle':
      return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
    case 'saw':
    case 'wheel':
      return phase;
    case 'square':
      return phase < 0.5 ? 1 : 0;
    case 'random':
      return scatter(index);
    case 'steps': {
      const count = Math.max(2, Math.floor(steps));
      return Math.min(count - 1, Math.floor(phase * count)) / (count - 1);
    }
  }
}

/** A number of 0 to 1 that looks like chance (the finaliser of MurmurHash3). */
function scatter(index: number): number {
  let h = (index + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0xffff_ffff;
}

/** The value at a time. */
export function sampleOf(shape: Shape, seconds: number, index: number): Value {
  const turns = seconds * shape.frequency;
  const at = position(shape.wave, turns, shape.steps, index);
  const scaled = (part: number) => shape.low + part * (shape.high - shape.low);
  if (shape.wave === 'circle') {
    return { x: scaled(position('sine', turns + 0.25, 0, index)), y: scaled(at) };
  }
  if (shape.wave === 'wheel') {
    return colour(at);
  }
  switch (shape.kind) {
    case 'float':
      return scaled(at);
    case 'int':
      return int(Math.round(scaled(at)));
    case 'bool':
      return at >= 0.5;
    case 'colour':
      return colour(at);
    case 'text': {
      const { texts } = shape;
      return texts.length === 0 ? '' : texts[Math.min(texts.length - 1, Math.floor(at * texts.length))]!;
    }
  }
}

/** A full colour of the wheel as integers of 0 to 255. */
function colour(hue: number): Value {
  const channel = (shift: number) => {
    const k = (shift + hue * 6) % 6;
    return int(Math.round(255 * (1 - Math.max(0, Math.min(k, 4 - k, 1)))));
  };
  return { r: channel(5), g: channel(3), b: channel(1) };
}
