package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/** A BUNDLE that waits for its time. Identity is equality. Lane thread only. */
final class ScheduledBundle {

  /** The payload; nothing else refers to it. */
  final byte[] payload;

  /** Unix time. */
  final long dueMicros;

  /** The request that brought it, if it is one that can be told from others. */
  final @Nullable Request request;

  Agenda.@Nullable Entry entry;

  ScheduledBundle(byte[] payload, long dueMicros, @Nullable Request request) {
    this.payload = payload;
    this.dueMicros = dueMicros;
    this.request = request;
  }
}
