package dev.clasp.rdm;

import java.util.Optional;

/** How a device answers (E1.20 table A-2). */
public enum ResponseType {
  ACK,
  /** Ask again later, with QUEUED_MESSAGE; the data is the time in tenths of a second. */
  ACK_TIMER,
  /** The data is a {@link NackReason}. */
  NACK_REASON,
  /** There is more: ask again for the next piece. */
  ACK_OVERFLOW;

  public int code() {
    return ordinal();
  }

  public static Optional<ResponseType> of(int code) {
    return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
  }
}
