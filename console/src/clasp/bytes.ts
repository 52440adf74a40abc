/** What the codec says about bytes that are no message, and messages that are no bytes. */
export class CodecError extends Error {
  override name = 'CodecError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

/** Longest text that is decoded here; a call of the decoder costs more than this many characters. */
const SHORT = 48;

/** Eight bytes to read numbers from; cheaper than a view of each frame. */
const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);

/** Reads big-endian from a slice, and never beyond it. */
export class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
    private end = bytes.length,
  ) {}

  get remaining(): number {
    return this.end - this.at;
  }

  /** A place for `length` bytes, from which reading goes on. */
  private take(length: number): number {
    const at = this.at;
    if (length > this.end - at) {
      throw new CodecError(`truncated: ${length} bytes wanted at ${at}, ${this.end - at} are there`);
    }
    this.at = at + length;
    return at;
  }

  /** The next bytes, in the scratch. */
  private load(length: number): DataView {
    const at = this.take(length);
    for (let i = 0; i < length; i++) {
      scratch[i] = this.bytes[at + i]!;
    }
    return scratchView;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  i8(): number {
    return this.load(1).getInt8(0);
  }

  u16(): number {
    const at = this.take(2);
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  i16(): number {
    return this.load(2).getInt16(0);
  }

  u32(): number {
    return this.load(4).getUint32(0);
  }

  i32(): number {
    return this.load(4).getInt32(0);
  }

  i64(): bigint {
    return this.load(8).getBigInt64(0);
  }

  u64(): number | bigint {
    const view = this.load(8);
    const high = view.getUint32(0);
    return high < 0x200000 ? high * 0x1_0000_0000 + view.getUint32(4) : view.getBigUint64(0);
  }

  f32(): number {
    return this.load(4).getFloat32(0);
  }

  f64(): number {
    return this.load(8).getFloat64(0);
  }

  /** A count of things that take at least `smallest` bytes each: not more than can follow. */
  count(smallest: number): number {
    const count = this.u16();
    if (count * smallest > this.remaining) {
      throw new CodecError(`truncated: ${count} entries claimed, ${this.remaining} bytes are there`);
    }
    return count;
  }

  text(): string {
    const length = this.u16();
    const from = this.take(length);
    if (length <= SHORT) {
      let text = '';
      for (let i = from; i < from + length; i++) {
        const byte = this.bytes[i]!;
        if (byte >= 0x80) {
          return this.decoded(from, length);
        }
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.decoded(from, length);
  }

  private decoded(from: number, length: number): string {
    try {
      return utf8.decode(this.bytes.subarray(from, from + length));
    } catch {
      throw new CodecError(`text at ${from} is not UTF-8`);
    }
  }

  /** A copy. */
  blob(): Uint8Array {
    const length = this.u16();
    const from = this.take(length);
    return this.bytes.slice(from, from + length);
  }

  /** Reads with `body` from the next `length` bytes only, and goes on behind them. */
  within<T>(length: number, body: () => T): T {
    const from = this.take(length);
    const outer = this.end;
    this.at = from;
    this.end = from + length;
    const result = body();
    this.at = this.end;
    this.end = outer;
    return result;
  }
}

/** Longest payload of a frame, in bytes; also longest text. */
export const MAX_PAYLOAD = 65_535;

/** Collects big-endian bytes, at most one payload of them. */
export class Writer {
  private bytes: Uint8Array;
  private view: DataView;
  length = 0;

  constructor(
    private readonly limit: number,
    size = 128,
  ) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  private room(length: number): number {
    const at = this.length;
    const needed = at + length;
    if (needed > this.limit) {
      throw new CodecError(`too large: more than ${MAX_PAYLOAD} bytes in one message`);
    }
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.min(this.limit, Math.max(needed, 2 * this.bytes.length)));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = needed;
    return at;
  }

  u8(value: number): void {
    const at = this.room(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new CodecError(`${value} is no number of 16 bits`);
    }
    const at = this.room(2);
    this.view.setUint16(at, value);
  }

  u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new CodecError(`${value} is no number of 32 bits`);
    }
    const at = this.room(4);
    this.view.setUint32(at, value);
  }

  u64(value: number | bigint): void {
    if (typeof value === 'bigint' ? value < 0n || value >= 1n << 64n : !Number.isSafeInteger(value) || value < 0) {
      throw new CodecError(`${value} is no number of 64 bits`);
    }
    if (typeof value === 'bigint') {
      const at = this.room(8);
      this.view.setBigUint64(at, value);
    } else {
      const at = this.room(8);
      this.view.setUint32(at, Math.floor(value / 0x1_0000_0000));
      this.view.setUint32(at + 4, value >>> 0);
    }
  }

  i64(value: bigint): void {
    if (value < -(1n << 63n) || value >= 1n << 63n) {
      throw new CodecError(`${value} is no integer of 64 bits`);
    }
    const at = this.room(8);
    this.view.setBigInt64(at, value);
  }

  f64(value: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, value);
  }

  text(value: string): void {
    if (/[\uD800-\uDFFF]/u.test(value)) {
      throw new CodecError('text with half a character');
    }
    this.blob(toUtf8.encode(value));
  }

  blob(value: Uint8Array): void {
    if (value.length > MAX_PAYLOAD) {
      throw new CodecError(`too large: text or bytes of ${value.length} bytes, ${MAX_PAYLOAD} is the most`);
    }
    this.u16(value.length);
    const at = this.room(value.length);
    this.bytes.set(value, at);
  }

  /** Writes with `body`, and its length as 16 bits in front. */
  sized(body: () => void): void {
    const at = this.room(2);
    body();
    const length = this.length - at - 2;
    if (length > MAX_PAYLOAD) {
      throw new CodecError(`too large: more than ${MAX_PAYLOAD} bytes in one message`);
    }
    this.view.setUint16(at, length);
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length) as Uint8Array<ArrayBuffer>;
  }
}
