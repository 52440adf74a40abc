import type { Keyframe } from '../clasp/client';
import { equal, type Value } from '../clasp/values';
import { bytesOf, checkAddress, Checked, MAX_DOCUMENT } from './checked';
import { between, blends, eased, EASINGS, glides, heightOf, type Bezier, type Easing } from './easing';
import { fromJson, Malformed, toJson } from './json-value';

/** A movement of several addresses in time. Immutable. Times are milliseconds since its start, whole ones. */
export interface Timeline {
  title: string;
  length: number;
  loop: boolean;
  tracks: Track[];
}

export interface Track {
  address: string;
  /** In order of time; no two at the same. */
  keys: Key[];
}

export interface Key {
  time: number;
  value: Value;
  /** The way to the next. */
  easing: Easing;
  bezier?: Bezier;
}

export const FORMAT = 'clasp-timeline';
export const VERSION = 1;
export const MAX_TRACKS = 64;
export const MAX_KEYS = 1_000;
/** A day. */
export const MAX_LENGTH = 24 * 3600 * 1000;
/** Keyframes in one message of a track, colours cut into steps included. */
const MAX_SENT = 700;
/** Steps a second of what the router cannot move by itself. */
const STEP_RATE = 30;

export function emptyTimeline(title = ''): Timeline {
  return { title, length: 10_000, loop: false, tracks: [] };
}

/** @throws Malformed with what is wrong and where */
export function decodeTimeline(text: string): Timeline {
  const document = Checked.document(text, FORMAT, VERSION, MAX_DOCUMENT);
  const addresses = new Set<string>();
  return {
    title: document.text('title', 200, ''),
    length: document.whole('length', 1, MAX_LENGTH),
    loop: document.flag('loop'),
    tracks: document.list('tracks', MAX_TRACKS, (member, where) => {
      const track = Checked.of(member, where);
      const address = checkAddress(track.text('address', 512));
      if (address !== '' && addresses.has(address)) {
        throw new Malformed(`${address} has two tracks`);
      }
      addresses.add(address);
      const keys = track.list('keys', MAX_KEYS, (entry, place) => {
        const key = Checked.of(entry, place);
        const bezier = key.has('bezier') ? key.list('bezier', 4, (x) => Number(x)) : undefined;
        if (bezier && (bezier.length !== 4 || !bezier.every((x) => Math.abs(x) <= 1000))) {
          throw key.wrong('bezier', 'must be four numbers from -1000 to 1000');
        }
        return {
          time: key.whole('t', 0, MAX_LENGTH),
          value: fromJson(key.raw('v') ?? null),
          easing: key.choice('e', EASINGS, 'linear'),
          ...(bezier ? { bezier: bezier as unknown as Bezier } : {}),
        };
      });
      return { address, keys: sorted(keys) };
    }),
  };
}

/** @throws Malformed it is too large */
export function encodeTimeline(timeline: Timeline, indent = 0): string {
  const text = JSON.stringify(
    {
      format: FORMAT,
      version: VERSION,
      title: timeline.title,
      length: timeline.length,
      loop: timeline.loop,
      tracks: timeline.tracks.map(({ address, keys }) => ({
        address,
        keys: keys.map(({ time, value, easing, bezier }) => ({
          t: time,
          v: toJson(value),
          ...(easing === 'linear' ? {} : { e: easing }),
          ...(bezier ? { bezier } : {}),
        })),
      })),
    },
    null,
    indent,
  );
  if (indent === 0 && bytesOf(text) > MAX_DOCUMENT) {
    throw new Malformed(`it has ${bytesOf(text)} bytes, ${MAX_DOCUMENT} is the most: thin the keyframes out, or make two timelines of it`);
  }
  return text;
}

/** In order; of two at the same time the later one counts. */
function sorted(keys: Key[]): Key[] {
  const byTime = new Map<number, Key>();
  keys.forEach((key) => byTime.set(key.time, key));
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

// --- playing ------------------------------------------------------------------------------------

/** The value of a track at a time, as the router has it; undefined without keyframes. */
export function valueAt(keys: readonly Key[], time: number): Value | undefined {
  const right = keys.findIndex((key) => key.time > time);
  if (right === 0 || keys.length === 0) {
    return keys[0]?.value;
  }
  const from = keys[right === -1 ? keys.length - 1 : right - 1]!;
  const to = right === -1 ? undefined : keys[right];
  if (!to) {
    return from.value;
  }
  return between(from.value, to.value, eased(from.easing, (time - from.time) / (to.time - from.time), from.bezier));
}

/** Keyframes as they are sent: what the router would switch halfway, though it can be blended, is cut into steps. */
export function wireKeyframes(keys: readonly Key[]): Keyframe[] {
  const steps = keys.map((key, i) => {
    const next = keys[i + 1];
    return next && key.easing !== 'step' && !glides(key.value, next.value) && blends(key.value, next.value)
      ? ((next.time - key.time) / 1000) * STEP_RATE
      : 0;
  });
  const wanted = steps.reduce((sum, each) => sum + each, 0);
  const share = Math.min(1, Math.max(0, MAX_SENT - keys.length) / (wanted || 1));
  const sent: Keyframe[] = [];
  keys.forEach((key, i) => {
    const count = Math.floor(steps[i]! * share);
    const next = keys[i + 1];
    if (count < 1 || !next) {
      sent.push({
        time: key.time * 1000,
        value: key.value,
        ...(key.easing === 'linear' ? {} : { easing: key.easing }),
        ...(key.bezier ? { bezier: [...key.bezier] } : {}),
      });
      return;
    }
    for (let k = 0; k <= count; k++) {
      const part = k / (count + 1);
      sent.push({
        time: Math.round((key.time + (next.time - key.time) * part) * 1000),
        value: between(key.value, next.value, eased(key.easing, part, key.bezier)),
        easing: 'step',
      });
    }
  });
  return sent;
}

/** Where a timeline is, in milliseconds, when it began at `start` and it is `now` (both µs). */
export function positionAt(timeline: Timeline, start: number, now: number): number {
  const passed = Math.max(0, (now - start) / 1000);
  return timeline.loop ? passed % timeline.length : Math.min(passed, timeline.length);
}

// --- changes ------------------------------------------------------------------------------------

function withTrack(timeline: Timeline, index: number, change: (track: Track) => Track): Timeline {
  return { ...timeline, tracks: timeline.tracks.map((track, i) => (i === index ? change(track) : track)) };
}

export function addTrack(timeline: Timeline, address: string): Timeline {
  return timeline.tracks.length >= MAX_TRACKS || timeline.tracks.some((track) => track.address === address)
    ? timeline
    : { ...timeline, tracks: [...timeline.tracks, { address, keys: [] }] };
}

export function removeTrack(timeline: Timeline, index: number): Timeline {
  return { ...timeline, tracks: timeline.tracks.filter((_, i) => i !== index) };
}

/** A keyframe at a time; one that is there takes the value. */
export function putKey(timeline: Timeline, track: number, key: Key): Timeline {
  const time = Math.min(timeline.length, Math.max(0, Math.round(key.time)));
  return withTrack(timeline, track, (t) =>
    t.keys.length >= MAX_KEYS && !t.keys.some((each) => each.time === time)
      ? t
      : { ...t, keys: sorted([...t.keys.filter((each) => each.time !== time), { ...key, time }]) },
  );
}

/** Changes the keyframe at a time; it stays between its neighbours. Says where it is then. */
export function changeKey(
  timeline: Timeline,
  track: number,
  at: number,
  change: Partial<Key>,
): { timeline: Timeline; time: number } {
  const keys = timeline.tracks[track]?.keys ?? [];
  const index = keys.findIndex((key) => key.time === at);
  const key = keys[index];
  if (!key) {
    return { timeline, time: at };
  }
  const earliest = index === 0 ? 0 : keys[index - 1]!.time + 1;
  const latest = index === keys.length - 1 ? timeline.length : keys[index + 1]!.time - 1;
  const time = Math.max(earliest, Math.min(latest, Math.round(change.time ?? key.time)));
  const next: Key = { ...key, ...change, time };
  if (next.easing !== 'cubic-bezier') {
    delete next.bezier;
  } else {
    next.bezier ??= [0.42, 0, 0.58, 1];
  }
  return {
    timeline: withTrack(timeline, track, (t) => ({ ...t, keys: t.keys.map((each, i) => (i === index ? next : each)) })),
    time,
  };
}

export function removeKey(timeline: Timeline, track: number, at: number): Timeline {
  return withTrack(timeline, track, (t) => ({ ...t, keys: t.keys.filter((key) => key.time !== at) }));
}

/** A shorter one loses the keyframes behind its end. */
export function setLength(timeline: Timeline, length: number): Timeline {
  const next = Math.min(MAX_LENGTH, Math.max(1, Math.round(length) || 1));
  return {
    ...timeline,
    length: next,
    tracks: timeline.tracks.map((track) => ({ ...track, keys: track.keys.filter((key) => key.time <= next) })),
  };
}

/** What a track is drawn between: its values, with 0 and 1 if they are in there. */
export function rangeOf(keys: readonly Key[]): [number, number] {
  const heights = keys.map((key) => heightOf(key.value)).filter((height) => height !== undefined && Number.isFinite(height));
  const low = Math.min(0, ...(heights as number[]));
  const high = Math.max(...(heights as number[]), low);
  return [low, high <= 1 && high > low - 1 ? Math.max(1, high) : high === low ? low + 1 : high];
}

/** The nearest point of a grid of so many milliseconds; 0 for none. */
export function snapped(time: number, grid: number): number {
  return grid <= 0 ? Math.round(time) : Math.round(Math.round(time / grid) * grid);
}

// --- recording ----------------------------------------------------------------------------------

/** What came while it was recorded, thinned to the keyframes that say the same. */
export function thinned(samples: readonly { time: number; value: Value }[], tolerance = 0.01): Key[] {
  const first = samples[0];
  if (!first) {
    return [];
  }
  const numbers = samples.every((sample) => typeof sample.value === 'number' || typeof sample.value === 'bigint');
  if (!numbers) {
    const smooth = samples.every((sample) => blends(sample.value, first.value) || glides(sample.value, first.value));
    const changes = samples.filter((sample, i) => i === 0 || !equal(sample.value, samples[i - 1]!.value));
    return sorted(changes.map(({ time, value }) => ({ time: Math.round(time), value, easing: smooth ? 'linear' : 'step' })));
  }
  const points = samples.map((sample) => ({ ...sample, height: Number(sample.value) }));
  const heights = points.map((point) => point.height);
  const allowed = (Math.max(...heights) - Math.min(...heights)) * tolerance;
  const kept = new Set<number>([0, points.length - 1]);
  // Ramer, Douglas and Peucker, with a list instead of recursion; distance is that of the values.
  const open: [number, number][] = [[0, points.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    const a = points[from]!;
    const b = points[to]!;
    let worst = allowed;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const p = points[i]!;
      const way = b.time === a.time ? 0 : (p.time - a.time) / (b.time - a.time);
      const off = Math.abs(p.height - (a.height + (b.height - a.height) * way));
      if (off > worst) {
        worst = off;
        at = i;
      }
    }
    if (at >= 0) {
      kept.add(at);
      open.push([from, at], [at, to]);
    }
  }
  return sorted(
    points.filter((_, i) => kept.has(i)).map(({ time, value }) => ({ time: Math.round(time), value, easing: 'linear' as const })),
  );
}

/** The track with what was recorded in place of what it had between the two times. */
export function recorded(timeline: Timeline, track: number, keys: Key[], from: number, to: number): Timeline {
  return withTrack(timeline, track, (t) => ({
    ...t,
    keys: sorted([...t.keys.filter((key) => key.time < from || key.time > to), ...keys]).slice(0, MAX_KEYS),
  }));
}
