package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/** A BUNDLE that waits for its time. Identity is equality. Lane thread only. */
final class ScheduledBundle {

  /** The payload, until it runs or is called off; nothing else refers to it. */
  private byte[] payload;

  /** Unix time. */
  final long dueMicros;

  /** The request that brought it, if it is one that can be told from others. */
  final @Nullable Request request;

  Agenda.@Nullable Entry entry;

  private static final byte[] NOTHING = {};

  ScheduledBundle(byte[] payload, long dueMicros, @Nullable Request request) {
    this.payload = payload;
    this.dueMicros = dueMicros;
    this.request = request;
  }

  /** Lets go of the payload: a cancelled entry of an agenda may stay there for a while. */
  byte[] takePayload() {
    byte[] taken = payload;
    payload = NOTHING;
    return taken;
  }
}
