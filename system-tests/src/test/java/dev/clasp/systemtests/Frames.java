package dev.clasp.systemtests;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Messages that tests send, without the fields that do not matter there. */
final class Frames {

  private Frames() {}

  static Message.Hello hello(String name) {
    return new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty());
  }

  static Message.Hello hello(String name, String token) {
    return new Message.Hello(1, Set.of(), name, Optional.of(token), Optional.empty());
  }

  static Message.Subscribe subscribe(int id, String pattern) {
    return subscribe(id, pattern, SignalType.ALL_MASK);
  }

  static Message.Subscribe subscribe(int id, String pattern, int typeMask) {
    return new Message.Subscribe(id, pattern, typeMask, SubscribeOptions.NONE);
  }

  static Message.SetValue set(String address, double value) {
    return set(address, Value.of(value));
  }

  static Message.SetValue set(String address, Value value) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  /** Accepted only while the parameter has this revision. */
  static Message.SetValue setIf(String address, Value value, long revision) {
    return new Message.SetValue(
        address, value, OptionalLong.of(revision), false, false, Optional.empty());
  }

  static Message.SetValue setAndLock(String address, double value) {
    return new Message.SetValue(
        address, Value.of(value), OptionalLong.empty(), true, false, Optional.empty());
  }

  static Message.SetValue setAndUnlock(String address, double value) {
    return new Message.SetValue(
        address, Value.of(value), OptionalLong.empty(), false, true, Optional.empty());
  }

  static Message.Publish event(String address, Value value) {
    return publish(SignalType.EVENT, address, value);
  }

  static Message.Publish publish(SignalType type, String address, Value value) {
    return new Message.Publish(
        address,
        type,
        dev.clasp.protocol.GesturePhase.START,
        Message.Content.of(value),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  static Message.Bundle bundle(Message... members) {
    return new Message.Bundle(List.of(members), OptionalLong.empty());
  }

  static Message.Bundle bundleAt(long micros, Message... members) {
    return new Message.Bundle(List.of(members), OptionalLong.of(micros));
  }
}
