package dev.clasp.server;

/**
 * The bytes of a state file (docs/persistence.md): a head, then records one behind the other, each
 * with a marker by which reading can go on behind a damaged one, its length and its checksum. All
 * numbers are big-endian.
 */
final class StateFormat {

  /** "CLASPST" and the version of the format. */
  static final long MAGIC = 0x434C_4153_5053_5401L;

  static final int HEAD_LENGTH = 8;

  /** Begins every record. */
  static final int MARKER = 0xC1A5_9D52;

  /** Marker, length of the body, CRC-32C of the body. */
  static final int RECORD_HEAD = 12;

  /** Address, value and writer fit a frame each; no record is longer than this. */
  static final int MAX_BODY = 200_000;

  /** Kinds of records: the first byte of the body. */
  static final byte STORED = 1;

  static final byte REMOVED = 2;

  /** The revision below which no new address begins. */
  static final byte FLOOR = 3;

  private StateFormat() {}
}
