package dev.clasp.protocol;

/**
 * Lifetime of a parameter as carried by a v4 SET (wire.md 5.7): one 32-bit word.
 *
 * <p>0 means never; bit 31 set means absolute (seconds from the write); else sliding (restarted by
 * each write).
 */
public sealed interface Ttl {

  /** Largest number of seconds that the word can hold. */
  int MAX_SECONDS = Integer.MAX_VALUE;

  record Never() implements Ttl {}

  /** Expires {@code seconds} after the last write; 1 to 2^31-1. */
  record Sliding(int seconds) implements Ttl {
    public Sliding {
      if (seconds < 1) {
        throw new IllegalArgumentException("sliding TTL must be 1 to 2147483647 s, not " + seconds);
      }
    }
  }

  /** Expires {@code seconds} after the write that carried it; 0 expires at once. */
  record Absolute(int seconds) implements Ttl {
    public Absolute {
      if (seconds < 0) {
        throw new IllegalArgumentException(
            "absolute TTL must be 0 to 2147483647 s, not " + seconds);
      }
    }
  }

  /** Reads the word. */
  static Ttl ofWord(int word) {
    if (word == 0) {
      return new Never();
    }
    return word < 0 ? new Absolute(word & MAX_SECONDS) : new Sliding(word);
  }

  /** The word for the wire. */
  default int word() {
    return switch (this) {
      case Never() -> 0;
      case Sliding(int seconds) -> seconds;
      case Absolute(int seconds) -> seconds | 0x8000_0000;
    };
  }
}
