import { Malformed } from './json-value';

/** Largest file that is looked at, and largest text that comes out of it, in bytes. */
export const MAX_FILE = 4 * 1024 * 1024;
export const MAX_UNPACKED = 32 * 1024 * 1024;

/** Unpacks zlib (`deflate`) or bare deflate (`deflate-raw`), and stops when too much comes out. */
export async function inflate(packed: Uint8Array, format: 'deflate' | 'deflate-raw', limit = MAX_UNPACKED): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    let piece: ReadableStreamReadResult<Uint8Array>;
    try {
      piece = await reader.read();
    } catch {
      throw new Malformed('it is damaged: it cannot be unpacked');
    }
    if (piece.done) {
      break;
    }
    length += piece.value.length;
    if (length > limit) {
      await reader.cancel().catch(() => {});
      throw new Malformed(`more than ${Math.round(limit / 1024 / 1024)} MiB come out of it`);
    }
    pieces.push(piece.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** The end record has at least 22 bytes, and a comment of up to 65,535 behind it. */
const END_LENGTH = 22;
const MAX_ENTRIES = 1_000;

/** One file of a ZIP archive. What its directory claims is only believed where it lies inside the archive. */
export async function unzip(archive: Uint8Array, name: string, limit = MAX_UNPACKED): Promise<Uint8Array> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - END_LENGTH;
  const earliest = Math.max(0, end - 0xffff);
  while (end >= earliest && view.getUint32(end, true) !== END) {
    end--;
  }
  if (end < earliest) {
    throw new Malformed('it is damaged: the directory of the archive is missing');
  }
  const entries = Math.min(MAX_ENTRIES, view.getUint16(end + 10, true));
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < entries; i++) {
    if (at + 46 > archive.length || view.getUint32(at, true) !== DIRECTORY) {
      throw new Malformed('it is damaged: the directory of the archive is wrong');
    }
    const nameLength = view.getUint16(at + 28, true);
    const found = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    if (found === name) {
      return content(archive, view, at, limit);
    }
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  throw new Malformed(`there is no ${name} in the archive`);
}

async function content(archive: Uint8Array, view: DataView, entry: number, limit: number): Promise<Uint8Array> {
  const flags = view.getUint16(entry + 8, true);
  const method = view.getUint16(entry + 10, true);
  const length = view.getUint32(entry + 20, true);
  const local = view.getUint32(entry + 42, true);
  if (flags & 1) {
    throw new Malformed('the archive is encrypted');
  }
  if (local + 30 > archive.length || view.getUint32(local, true) !== LOCAL) {
    throw new Malformed('it is damaged: the archive is wrong');
  }
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (from + length > archive.length) {
    throw new Malformed('it is damaged: the archive ends too early');
  }
  const packed = archive.subarray(from, from + length);
  if (method === DEFLATED) {
    return inflate(packed, 'deflate-raw', limit);
  }
  if (method !== STORED || packed.length > limit) {
    throw new Malformed('the archive is packed in a way that is not known here');
  }
  return packed;
}
