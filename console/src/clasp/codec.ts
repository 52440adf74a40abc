import { CodecError, MAX_PAYLOAD, Reader, Writer } from './bytes';
import {
  PHASES,
  SIGNAL_TYPES,
  type FederationSync,
  type Message,
  type Param,
  type Publish,
  type Qos,
  type Set,
  type SignalDefinition,
  type SignalType,
  type Ttl,
} from './message';
import { put, type Value, type ValueMap } from './values';

export { CodecError } from './bytes';

export interface Frame {
  qos: Qos;
  /** Of the frame's header. */
  timestamp?: number | bigint;
  message: Message;
  /** Bytes of the whole frame. */
  length: number;
}

/** Arrays and maps around a value, itself included. */
export const MAX_DEPTH = 64;
/** Bundles around a message. */
export const MAX_BUNDLES = 8;

const MAGIC = 0x53;
const TIMESTAMP = 0x20;
const ENCRYPTED_OR_COMPRESSED = 0x18;
const COMPACT = 1;
const FEATURES = ['param', 'event', 'stream', 'gesture', 'timeline', 'federation'];
const QOS: readonly Qos[] = ['fire', 'confirm', 'commit'];
const OPERATIONS: readonly FederationSync['operation'][] = ['declare', 'request', 'revisions', 'complete'];
const ALL_TYPES = 0xff;

/** The one frame at the beginning of `bytes`. Throws {@link CodecError}, and nothing else. */
export function decode(bytes: Uint8Array): Frame {
  const reader = new Reader(bytes);
  const magic = reader.u8();
  if (magic !== MAGIC) {
    throw new CodecError(`no frame: it begins with 0x${hex(magic)} instead of 0x53`);
  }
  const flags = reader.u8();
  const length = reader.u16();
  if ((flags & ENCRYPTED_OR_COMPRESSED) !== 0) {
    throw new CodecError('encrypted and compressed frames do not exist');
  }
  const timestamp = (flags & TIMESTAMP) !== 0 ? reader.u64() : undefined;
  const message = reader.within(length, () => readMessage(reader, 0));
  const frame: Frame = { qos: QOS[flags >> 6] ?? 'fire', message, length: reader.at };
  if (timestamp !== undefined) {
    frame.timestamp = timestamp;
  }
  return frame;
}

/**
 * A frame with this message. Without options it has the quality that is usual for its kind.
 *
 * @throws CodecError if it does not fit into a frame, or a field has a value that the wire cannot carry
 */
export function encode(message: Message, options: { qos?: Qos; timestamp?: number | bigint } = {}): Uint8Array<ArrayBuffer> {
  const { qos = usualQos(message), timestamp } = options;
  const header = timestamp === undefined ? 4 : 12;
  const writer = new Writer(header + MAX_PAYLOAD);
  writer.u8(MAGIC);
  writer.u8((QOS.indexOf(qos) << 6) | (timestamp === undefined ? 0 : TIMESTAMP) | COMPACT);
  writer.u16(0);
  if (timestamp !== undefined) {
    writer.u64(timestamp);
  }
  writeMessage(writer, message, 0);
  const bytes = writer.result();
  new DataView(bytes.buffer).setUint16(2, bytes.length - header);
  return bytes;
}

export function usualQos(message: Message): Qos {
  switch (message.type) {
    case 'SET':
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
    case 'REPLAY':
    case 'FEDERATION_SYNC':
      return 'confirm';
    case 'BUNDLE':
      return 'commit';
    case 'PUBLISH':
      return message.signal === 'timeline' ? 'commit' : message.signal === 'stream' || message.signal === 'gesture' ? 'fire' : 'confirm';
    default:
      return 'fire';
  }
}

function readMessage(r: Reader, depth: number): Message {
  const code = r.u8();
  switch (code) {
    case 0x01: {
      const version = r.u8();
      const features = readFeatures(r.u8(), 6);
      const name = r.text();
      const token = r.text();
      return { type: 'HELLO', version, features, name, ...(token === '' ? {} : { token }) };
    }
    case 0x02: {
      const version = r.u8();
      const features = readFeatures(r.u8(), 5);
      const time = r.u64();
      const session = r.text();
      const name = r.text();
      // A small router leaves the token away.
      const token = r.remaining === 0 ? '' : r.text();
      return { type: 'WELCOME', version, features, time, session, name, ...(token === '' ? {} : { token }) };
    }
    case 0x03: {
      const namespace = r.text();
      return { type: 'ANNOUNCE', namespace, signals: readDefinitions(r, true) };
    }
    case 0x04:
      return readFederationSync(r);
    case 0x10:
      return readSubscribe(r);
    case 0x11:
      return { type: 'UNSUBSCRIBE', id: r.u32() };
    case 0x20:
      return readPublish(r);
    case 0x21:
      return readSet(r);
    case 0x22:
      return { type: 'GET', address: r.text() };
    case 0x23:
      return { type: 'SNAPSHOT', params: readParams(r) };
    case 0x24: {
      const flags = r.u8();
      const pattern = r.text();
      return {
        type: 'REPLAY',
        pattern,
        ...((flags & 0x80) !== 0 ? { from: r.u64() } : {}),
        ...((flags & 0x40) !== 0 ? { to: r.u64() } : {}),
        ...((flags & 0x20) !== 0 ? { limit: r.u32() } : {}),
        ...readTypes(r),
      };
    }
    case 0x30:
      return readBundle(r, depth);
    case 0x40: {
      const flags = r.u8();
      const t1 = r.u64();
      return {
        type: 'SYNC',
        t1,
        ...((flags & 1) !== 0 ? { t2: r.u64() } : {}),
        ...((flags & 2) !== 0 ? { t3: r.u64() } : {}),
      };
    }
    case 0x41:
      return { type: 'PING' };
    case 0x42:
      return { type: 'PONG' };
    case 0x50: {
      const flags = r.u8();
      return {
        type: 'ACK',
        ...((flags & 0x01) !== 0 ? { address: r.text() } : {}),
        ...((flags & 0x02) !== 0 ? { revision: r.u64() } : {}),
        ...((flags & 0x04) !== 0 ? { locked: r.u8() !== 0 } : {}),
        ...((flags & 0x08) !== 0 ? { holder: r.text() } : {}),
        ...((flags & 0x10) !== 0 ? { correlation: r.u32() } : {}),
      };
    }
    case 0x51: {
      const number = r.u16();
      const message = r.text();
      const flags = r.u8();
      return {
        type: 'ERROR',
        code: number,
        message,
        ...((flags & 0x01) !== 0 ? { address: r.text() } : {}),
        ...((flags & 0x02) !== 0 ? { correlation: r.u32() } : {}),
      };
    }
    case 0x60:
      return { type: 'QUERY', pattern: r.text() };
    case 0x61:
      return { type: 'RESULT', signals: readDefinitions(r, false) };
    default:
      throw new CodecError(`unknown message type 0x${hex(code)}`);
  }
}

function writeMessage(w: Writer, m: Message, depth: number): void {
  switch (m.type) {
    case 'HELLO':
      w.u8(0x01);
      w.u8(m.version);
      w.u8(featureBits(m.features, 6));
      w.text(m.name);
      w.text(m.token ?? '');
      break;
    case 'WELCOME':
      w.u8(0x02);
      w.u8(m.version);
      w.u8(featureBits(m.features, 5));
      w.u64(m.time);
      w.text(m.session);
      w.text(m.name);
      w.text(m.token ?? '');
      break;
    case 'ANNOUNCE':
      w.u8(0x03);
      w.text(m.namespace);
      writeDefinitions(w, m.signals, true);
      break;
    case 'FEDERATION_SYNC':
      w.u8(0x04);
      w.u8(OPERATIONS.indexOf(m.operation) + 1);
      w.u16(m.patterns.length);
      m.patterns.forEach((pattern) => w.text(pattern));
      w.u16(m.revisions.length);
      m.revisions.forEach(([address, revision]) => {
        w.text(address);
        w.u64(revision);
      });
      w.u8(bit(m.since, 0x80) | bit(m.origin, 0x40));
      optional(m.since, (since) => w.u64(since));
      optional(m.origin, (origin) => w.text(origin));
      break;
    case 'SUBSCRIBE':
      w.u8(0x10);
      w.u32(m.id);
      w.text(m.pattern);
      w.u8(typeBits(m.types));
      w.u8(bit(m.maxRate, 1) | bit(m.epsilon, 2) | bit(m.history, 4) | bit(m.window, 8));
      optional(m.maxRate, (rate) => w.u32(rate));
      optional(m.epsilon, (epsilon) => w.f64(epsilon));
      optional(m.history, (history) => w.u32(history));
      optional(m.window, (window) => w.u32(window));
      break;
    case 'UNSUBSCRIBE':
      w.u8(0x11);
      w.u32(m.id);
      break;
    case 'PUBLISH':
      writePublish(w, m);
      break;
    case 'SET':
      w.u8(0x21);
      w.u8(bit(m.revision, 0x80) | (m.lock ? 0x40 : 0) | (m.unlock ? 0x20 : 0) | bit(m.ttl, 0x10) | codeOf(m.value));
      w.text(m.address);
      writeData(w, m.value, 0);
      optional(m.revision, (revision) => w.u64(revision));
      optional(m.ttl, (ttl) => w.u32(ttlWord(ttl)));
      break;
    case 'GET':
      w.u8(0x22);
      w.text(m.address);
      break;
    case 'SNAPSHOT':
      w.u8(0x23);
      w.u16(m.params.length);
      for (const p of m.params) {
        w.text(p.address);
        writeValue(w, p.value, 0);
        w.u64(p.revision);
        w.u8(bit(p.writer, 1) | bit(p.timestamp, 2));
        optional(p.writer, (writer) => w.text(writer));
        optional(p.timestamp, (timestamp) => w.u64(timestamp));
      }
      break;
    case 'REPLAY':
      w.u8(0x24);
      w.u8(bit(m.from, 0x80) | bit(m.to, 0x40) | bit(m.limit, 0x20));
      w.text(m.pattern);
      optional(m.from, (from) => w.u64(from));
      optional(m.to, (to) => w.u64(to));
      optional(m.limit, (limit) => w.u32(limit));
      w.u8(typeBits(m.types));
      break;
    case 'BUNDLE':
      checkDepth(depth + 1, MAX_BUNDLES, 'bundles');
      w.u8(0x30);
      w.u8(bit(m.timestamp, 0x80));
      w.u16(m.messages.length);
      optional(m.timestamp, (timestamp) => w.u64(timestamp));
      for (const inner of m.messages) {
        w.sized(() => writeMessage(w, inner, depth + 1));
      }
      break;
    case 'SYNC':
      w.u8(0x40);
      w.u8(bit(m.t2, 1) | bit(m.t3, 2));
      w.u64(m.t1);
      optional(m.t2, (t2) => w.u64(t2));
      optional(m.t3, (t3) => w.u64(t3));
      break;
    case 'PING':
      w.u8(0x41);
      break;
    case 'PONG':
      w.u8(0x42);
      break;
    case 'ACK':
      w.u8(0x50);
      w.u8(bit(m.address, 1) | bit(m.revision, 2) | bit(m.locked, 4) | bit(m.holder, 8) | bit(m.correlation, 0x10));
      optional(m.address, (address) => w.text(address));
      optional(m.revision, (revision) => w.u64(revision));
      optional(m.locked, (locked) => w.u8(locked ? 1 : 0));
      optional(m.holder, (holder) => w.text(holder));
      optional(m.correlation, (correlation) => w.u32(correlation));
      break;
    case 'ERROR':
      w.u8(0x51);
      w.u16(m.code);
      w.text(m.message);
      w.u8(bit(m.address, 1) | bit(m.correlation, 2));
      optional(m.address, (address) => w.text(address));
      optional(m.correlation, (correlation) => w.u32(correlation));
      break;
    case 'QUERY':
      w.u8(0x60);
      w.text(m.pattern);
      break;
    case 'RESULT':
      w.u8(0x61);
      writeDefinitions(w, m.signals, false);
      break;
  }
}

function readSubscribe(r: Reader): Message {
  const id = r.u32();
  const pattern = r.text();
  const types = readTypes(r);
  const flags = r.u8();
  return {
    type: 'SUBSCRIBE',
    id,
    pattern,
    ...types,
    ...((flags & 1) !== 0 ? { maxRate: r.u32() } : {}),
    ...((flags & 2) !== 0 ? { epsilon: r.f64() } : {}),
    ...((flags & 4) !== 0 ? { history: r.u32() } : {}),
    ...((flags & 8) !== 0 ? { window: r.u32() } : {}),
  };
}

function readPublish(r: Reader): Message {
  const flags = r.u8();
  const message: Publish = {
    type: 'PUBLISH',
    address: r.text(),
    signal: SIGNAL_TYPES[flags >> 5] ?? 'event',
    phase: PHASES[flags & 7] ?? 'start',
  };
  const content = r.u8();
  if (content === 1) {
    message.value = readValue(r, 0);
  } else if (content === 2) {
    message.samples = [];
    for (let n = r.count(8); n > 0; n--) {
      message.samples.push(r.f64());
    }
  } else if (content !== 0) {
    throw new CodecError(`PUBLISH with content of the unknown kind ${content}`);
  }
  if ((flags & 0x10) !== 0) {
    message.timestamp = r.u64();
  }
  if ((flags & 0x08) !== 0) {
    message.id = r.u32();
  }
  // Nothing but its being there says that it is there.
  if (r.remaining >= 4) {
    message.rate = r.u32();
  }
  return message;
}

function writePublish(w: Writer, m: Publish): void {
  w.u8(0x20);
  w.u8(
    (SIGNAL_TYPES.indexOf(m.signal) << 5) |
      bit(m.timestamp, 0x10) |
      bit(m.id, 0x08) |
      (m.phase === undefined ? 0 : PHASES.indexOf(m.phase)),
  );
  w.text(m.address);
  if (m.value !== undefined) {
    w.u8(1);
    writeValue(w, m.value, 0);
  } else if (m.samples !== undefined) {
    w.u8(2);
    w.u16(m.samples.length);
    m.samples.forEach((sample) => w.f64(sample));
  } else {
    w.u8(0);
  }
  optional(m.timestamp, (timestamp) => w.u64(timestamp));
  optional(m.id, (id) => w.u32(id));
  optional(m.rate, (rate) => w.u32(rate));
}

function readSet(r: Reader): Message {
  const flags = r.u8();
  const message: Set = { type: 'SET', address: r.text(), value: readData(r, flags & 0x0f, 0) };
  if ((flags & 0x80) !== 0) {
    message.revision = r.u64();
  }
  if ((flags & 0x40) !== 0) {
    message.lock = true;
  }
  if ((flags & 0x20) !== 0) {
    message.unlock = true;
  }
  // An older peer has garbage or nothing behind this bit.
  if ((flags & 0x10) !== 0 && r.remaining >= 4) {
    message.ttl = readTtl(r.u32());
  }
  return message;
}

function readTtl(word: number): Ttl {
  return word === 0 ? 'never' : word >= 0x8000_0000 ? { absolute: word - 0x8000_0000 } : { sliding: word };
}

function ttlWord(ttl: Ttl): number {
  if (ttl === 'never') {
    return 0;
  }
  const seconds = 'sliding' in ttl ? ttl.sliding : ttl.absolute;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 0x7fff_ffff) {
    throw new CodecError(`a lifetime of ${seconds} seconds; it must be whole and between 1 and 2147483647`);
  }
  return 'sliding' in ttl ? seconds : seconds + 0x8000_0000;
}

function readParams(r: Reader): Param[] {
  const params: Param[] = [];
  for (let n = r.count(12); n > 0; n--) {
    const param: Param = { address: r.text(), value: readValue(r, 0), revision: r.u64() };
    const flags = r.u8();
    if ((flags & 1) !== 0) {
      param.writer = r.text();
    }
    if ((flags & 2) !== 0) {
      param.timestamp = r.u64();
    }
    params.push(param);
  }
  return params;
}

function readBundle(r: Reader, depth: number): Message {
  checkDepth(depth + 1, MAX_BUNDLES, 'bundles');
  const flags = r.u8();
  const claimed = r.u16();
  const timestamp = (flags & 0x80) !== 0 ? r.u64() : undefined;
  if (claimed * 3 > r.remaining) {
    throw new CodecError(`truncated: ${claimed} messages claimed, ${r.remaining} bytes are there`);
  }
  const messages: Message[] = [];
  for (let n = claimed; n > 0; n--) {
    messages.push(r.within(r.u16(), () => readMessage(r, depth + 1)));
  }
  return { type: 'BUNDLE', messages, ...(timestamp === undefined ? {} : { timestamp }) };
}

function readDefinitions(r: Reader, withMeta: boolean): SignalDefinition[] {
  const signals: SignalDefinition[] = [];
  for (let n = r.count(4); n > 0; n--) {
    const definition: SignalDefinition = { address: r.text(), signal: SIGNAL_TYPES[r.u8()] ?? 'event' };
    const flags = r.u8();
    if ((flags & 1) !== 0) {
      definition.datatype = r.text();
    }
    if ((flags & 2) !== 0) {
      definition.access = r.text();
    }
    if (withMeta && (flags & 4) !== 0) {
      const has = r.u8();
      definition.meta = {
        ...((has & 1) !== 0 ? { unit: r.text() } : {}),
        ...((has & 2) !== 0 ? { range: [r.f64(), r.f64()] as [number, number] } : {}),
        ...((has & 4) !== 0 ? { default: readValue(r, 0) } : {}),
        ...((has & 8) !== 0 ? { description: r.text() } : {}),
      };
    }
    signals.push(definition);
  }
  return signals;
}

function writeDefinitions(w: Writer, signals: readonly SignalDefinition[], withMeta: boolean): void {
  w.u16(signals.length);
  for (const s of signals) {
    w.text(s.address);
    w.u8(SIGNAL_TYPES.indexOf(s.signal));
    const meta = withMeta ? s.meta : undefined;
    w.u8(bit(s.datatype, 1) | bit(s.access, 2) | bit(meta, 4));
    optional(s.datatype, (datatype) => w.text(datatype));
    optional(s.access, (access) => w.text(access));
    if (meta) {
      w.u8(bit(meta.unit, 1) | bit(meta.range, 2) | bit(meta.default, 4) | bit(meta.description, 8));
      optional(meta.unit, (unit) => w.text(unit));
      optional(meta.range, ([low, high]) => {
        w.f64(low);
        w.f64(high);
      });
      optional(meta.default, (value) => writeValue(w, value, 0));
      optional(meta.description, (description) => w.text(description));
    }
  }
}

function readFederationSync(r: Reader): Message {
  const code = r.u8();
  const operation = OPERATIONS[code - 1];
  if (!operation) {
    throw new CodecError(`FEDERATION_SYNC with the unknown operation ${code}`);
  }
  const patterns: string[] = [];
  for (let n = r.count(2); n > 0; n--) {
    patterns.push(r.text());
  }
  const revisions: [string, number | bigint][] = [];
  for (let n = r.count(10); n > 0; n--) {
    revisions.push([r.text(), r.u64()]);
  }
  const flags = r.u8();
  return {
    type: 'FEDERATION_SYNC',
    operation,
    patterns,
    revisions,
    ...((flags & 0x80) !== 0 ? { since: r.u64() } : {}),
    ...((flags & 0x40) !== 0 ? { origin: r.text() } : {}),
  };
}

function readFeatures(bits: number, known: number): string[] {
  return FEATURES.filter((_, i) => i < known && (bits & (0x80 >> i)) !== 0);
}

function featureBits(features: readonly string[], known: number): number {
  return FEATURES.reduce((bits, feature, i) => (i < known && features.includes(feature) ? bits | (0x80 >> i) : bits), 0);
}

function readTypes(r: Reader): { types?: SignalType[] } {
  const bits = r.u8();
  return bits === ALL_TYPES ? {} : { types: SIGNAL_TYPES.filter((_, i) => (bits & (1 << i)) !== 0) };
}

function typeBits(types: readonly SignalType[] | undefined): number {
  return types === undefined ? ALL_TYPES : types.reduce((bits, type) => bits | (1 << SIGNAL_TYPES.indexOf(type)), 0);
}

function readValue(r: Reader, depth: number): Value {
  return readData(r, r.u8(), depth);
}

/** `depth`: containers around it. */
function readData(r: Reader, code: number, depth: number): Value {
  switch (code) {
    case 0x00:
      return null;
    case 0x01:
      return r.u8() !== 0;
    case 0x02:
      return BigInt(r.i8());
    case 0x03:
      return BigInt(r.i16());
    case 0x04:
      return BigInt(r.i32());
    case 0x05:
      return r.i64();
    case 0x06:
      return r.f32();
    case 0x07:
      return r.f64();
    case 0x08:
      return r.text();
    case 0x09:
      return r.blob();
    case 0x0a: {
      checkDepth(depth + 1, MAX_DEPTH, 'arrays and maps');
      const array: Value[] = [];
      for (let n = r.count(1); n > 0; n--) {
        array.push(readValue(r, depth + 1));
      }
      return array;
    }
    case 0x0b: {
      checkDepth(depth + 1, MAX_DEPTH, 'arrays and maps');
      const map: ValueMap = {};
      for (let n = r.count(3); n > 0; n--) {
        put(map, r.text(), readValue(r, depth + 1));
      }
      return map;
    }
    default:
      throw new CodecError(`unknown value type 0x${hex(code)}`);
  }
}

function codeOf(value: Value): number {
  switch (typeof value) {
    case 'boolean':
      return 0x01;
    case 'bigint':
      return 0x05;
    case 'number':
      return 0x07;
    case 'string':
      return 0x08;
    case 'object':
      return value === null ? 0x00 : value instanceof Uint8Array ? 0x09 : Array.isArray(value) ? 0x0a : 0x0b;
    default:
      throw new CodecError(`a ${typeof value} is no value`);
  }
}

function writeValue(w: Writer, value: Value, depth: number): void {
  w.u8(codeOf(value));
  writeData(w, value, depth);
}

function writeData(w: Writer, value: Value, depth: number): void {
  if (typeof value === 'boolean') {
    w.u8(value ? 1 : 0);
  } else if (typeof value === 'bigint') {
    w.i64(value);
  } else if (typeof value === 'number') {
    w.f64(value);
  } else if (typeof value === 'string') {
    w.text(value);
  } else if (value instanceof Uint8Array) {
    w.blob(value);
  } else if (Array.isArray(value)) {
    checkDepth(depth + 1, MAX_DEPTH, 'arrays and maps');
    w.u16(value.length);
    for (const element of value) {
      writeValue(w, element, depth + 1);
    }
  } else if (value !== null) {
    checkDepth(depth + 1, MAX_DEPTH, 'arrays and maps');
    const entries = Object.entries(value);
    w.u16(entries.length);
    for (const [key, entry] of entries) {
      w.text(key);
      writeValue(w, entry, depth + 1);
    }
  }
}

function checkDepth(depth: number, most: number, what: string): void {
  if (depth > most) {
    throw new CodecError(`more than ${most} ${what} inside each other`);
  }
}

function bit(field: unknown, mask: number): number {
  return field === undefined ? 0 : mask;
}

function optional<T>(field: T | undefined, write: (field: T) => void): void {
  if (field !== undefined) {
    write(field);
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
