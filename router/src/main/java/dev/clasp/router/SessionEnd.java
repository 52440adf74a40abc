package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why sessions end, as metrics name it: by the close code, never by the text. */
enum SessionEnd {
  NORMAL,
  /** Idle, or one of the two ends stops. */
  GOING_AWAY,
  PROTOCOL_ERROR,
  /** The connection broke. */
  LOST,
  /** Its token ended, or it misbehaved. */
  POLICY,
  TOO_LARGE,
  INTERNAL_ERROR,
  /** Too slow a receiver. */
  TRY_LATER,
  /** Another HELLO took its place. */
  REPLACED,
  OTHER;

  static SessionEnd of(@Nullable CloseReason reason) {
    if (reason == null) {
      return REPLACED;
    }
    return switch (reason.code()) {
      case CloseReason.NORMAL -> NORMAL;
      case CloseReason.GOING_AWAY -> GOING_AWAY;
      case CloseReason.PROTOCOL_ERROR, CloseReason.BAD_TEXT -> PROTOCOL_ERROR;
      case CloseReason.NO_CODE, CloseReason.ABNORMAL -> LOST;
      case CloseReason.POLICY -> POLICY;
      case CloseReason.TOO_BIG -> TOO_LARGE;
      case CloseReason.INTERNAL_ERROR -> INTERNAL_ERROR;
      case CloseReason.TRY_LATER -> TRY_LATER;
      default -> OTHER;
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
