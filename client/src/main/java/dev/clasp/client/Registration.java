package dev.clasp.client;

/** A listener that is told until this is closed. Thread-safe. */
public interface Registration extends AutoCloseable {

  /** Ends it; a call that is running goes on. Idempotent. */
  @Override
  void close();
}
