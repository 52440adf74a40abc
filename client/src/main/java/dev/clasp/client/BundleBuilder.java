package dev.clasp.client;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Collects writes and events that the router carries out together: all of them, contiguously and in
 * this order, or none. Not thread-safe.
 *
 * <p>A bundle that does not fit one frame (64 KiB) is refused when it is sent: split, it would not
 * be atomic.
 */
public final class BundleBuilder {

  private final List<Message> messages = new ArrayList<>();
  private final Set<String> addresses = new LinkedHashSet<>();
  private OptionalLong at = OptionalLong.empty();

  /** Begins an empty one. */
  public BundleBuilder() {}

  /**
   * Adds a write.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder set(String address, Value value) {
    return set(address, value, SetOptions.CONFIRM);
  }

  /** Writes a number. */
  public BundleBuilder set(String address, double value) {
    return set(address, Value.of(value));
  }

  /** Writes a whole number. */
  public BundleBuilder set(String address, long value) {
    return set(address, Value.of(value));
  }

  /** Writes a boolean. */
  public BundleBuilder set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  /** Writes a text. */
  public BundleBuilder set(String address, String value) {
    return set(address, Value.of(value));
  }

  /**
   * Adds a write of anything that {@link Values#of} takes, such as a record.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder set(String address, Object value) {
    return set(address, Values.of(value));
  }

  /**
   * Adds a write with options; their quality of service does not apply, a bundle is always
   * confirmed.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder set(String address, Value value, SetOptions options) {
    Addresses.check(address);
    messages.add(
        new Message.SetValue(
            address, value, options.ifRevision(), options.lock(), options.unlock(), options.ttl()));
    addresses.add(address);
    return this;
  }

  /**
   * Adds an event without a value.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder emit(String address) {
    return publish(address, Content.NONE);
  }

  /**
   * Adds an event.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder emit(String address, Value value) {
    return publish(address, Content.of(value));
  }

  /**
   * Adds an event with anything that {@link Values#of} takes.
   *
   * @throws ClaspException of kind INVALID
   */
  public BundleBuilder emit(String address, Object value) {
    return emit(address, Values.of(value));
  }

  private BundleBuilder publish(String address, Content content) {
    Addresses.check(address);
    messages.add(
        new Message.Publish(
            address,
            SignalType.EVENT,
            GesturePhase.START,
            content,
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty()));
    addresses.add(address);
    return this;
  }

  /**
   * Lets the router carry it out at this time instead of at once.
   *
   * @param micros router time in Unix microseconds, as of {@link ClaspClient#time}; a time in the
   *     past means at once
   */
  public BundleBuilder at(long micros) {
    at = OptionalLong.of(micros);
    return this;
  }

  /** How many members it has. */
  public int size() {
    return messages.size();
  }

  Message.Bundle message() {
    return new Message.Bundle(messages, at);
  }

  Set<String> addresses() {
    return Set.copyOf(addresses);
  }

  /** The last value for each parameter. */
  Map<String, Value> writes() {
    Map<String, Value> writes = new HashMap<>();
    for (Message message : messages) {
      if (message instanceof Message.SetValue set) {
        writes.put(set.address(), set.value());
      }
    }
    return writes;
  }
}
