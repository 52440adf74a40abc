package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A parameter as the router has it.
 *
 * @param revision goes up by one with each write; unsigned
 * @param writer session id of the last writer, if the router told it
 * @param timestampMicros router time of the last write in Unix microseconds, if the router told it
 */
public record Parameter(
    String address,
    Value value,
    long revision,
    Optional<String> writer,
    OptionalLong timestampMicros) {

  /**
   * The value as an object of this class: see {@link Values}.
   *
   * @throws ClaspException of kind INVALID: it is something else; names the address, and the place
   *     in the value
   */
  public <T> T as(Class<T> type) {
    return Addresses.at(address, () -> Values.as(value, type));
  }
}
