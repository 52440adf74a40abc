package dev.clasp.router.spi;

import java.util.OptionalInt;

/**
 * What became of one parameter, as somebody writes it down who keeps the state of the router. Byte
 * arrays belong to the receiver.
 */
public sealed interface StateChange {

  /** UTF-8. */
  byte[] address();

  /** The newest revision that the address has had. */
  long revision();

  /**
   * The parameter as it is now. Not the lock: that ends with its session.
   *
   * @param valueType code of the value (wire.md 4)
   * @param value its data, without the code
   * @param writer session id of the last writer, ASCII
   * @param writtenMicros Unix time of the last write
   * @param usedMicros Unix time of the last write or GET
   * @param ttl lifetime that a SET gave it, as on the wire
   * @param ttlMicros Unix time at which that was
   */
  record Stored(
      byte[] address,
      int valueType,
      byte[] value,
      long revision,
      byte[] writer,
      long writtenMicros,
      long usedMicros,
      OptionalInt ttl,
      long ttlMicros)
      implements StateChange {}

  /** There is no parameter any more that should outlive the router. */
  record Removed(byte[] address, long revision) implements StateChange {}
}
