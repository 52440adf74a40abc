package dev.clasp.discovery;

import java.util.Locale;

/** What became of datagrams at the place where probes arrive. */
public enum ProbeCounter {
  /** HELLOs from whoever. */
  PROBES,
  REPLIES,
  /** Not answered: from another network. */
  FAR,
  /** Not answered: too many from there, or too many at all. */
  TOO_MANY,
  /** No CLASP frame. */
  MALFORMED,
  /** Frames with other messages. */
  OTHER;

  /** {@code too_many}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
