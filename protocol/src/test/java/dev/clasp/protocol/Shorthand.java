package dev.clasp.protocol;

import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Messages in one line each, for tables. */
final class Shorthand {

  private Shorthand() {}

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static Message.Hello hello(String name, Feature... features) {
    return new Message.Hello(1, Set.of(features), name, Optional.empty(), Optional.empty());
  }

  static Message.Hello withToken(Message.Hello m, String token) {
    return new Message.Hello(
        m.version(), m.features(), m.name(), Optional.of(token), m.capabilities());
  }

  static Message.Welcome welcome(long time, String session, String name, Feature... features) {
    return new Message.Welcome(1, Set.of(features), time, session, name, Optional.empty());
  }

  static Message.Announce announce(String namespace, SignalDefinition... signals) {
    return new Message.Announce(namespace, List.of(signals), Map.of());
  }

  static SignalDefinition signal(String address, SignalType type) {
    return new SignalDefinition(
        address, type, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Message.Subscribe subscribe(int id, String pattern, int mask) {
    return new Message.Subscribe(id, pattern, mask, SubscribeOptions.NONE);
  }

  static Message.Subscribe withOptions(
      Message.Subscribe m,
      OptionalInt maxRate,
      OptionalDouble epsilon,
      OptionalInt history,
      OptionalInt window) {
    return new Message.Subscribe(
        m.id(), m.pattern(), m.typeMask(), new SubscribeOptions(maxRate, epsilon, history, window));
  }

  static Message.SetValue set(String address, Value value) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  static Message.SetValue set(String address, long value) {
    return set(address, Value.of(value));
  }

  static Message.SetValue set(String address, double value) {
    return set(address, Value.of(value));
  }

  static Message.SetValue withRevision(Message.SetValue m, long revision) {
    return new Message.SetValue(
        m.address(), m.value(), OptionalLong.of(revision), m.lock(), m.unlock(), m.ttl());
  }

  static Message.SetValue locking(Message.SetValue m) {
    return new Message.SetValue(m.address(), m.value(), m.revision(), true, m.unlock(), m.ttl());
  }

  static Message.SetValue unlocking(Message.SetValue m) {
    return new Message.SetValue(m.address(), m.value(), m.revision(), m.lock(), true, m.ttl());
  }

  static Message.SetValue withTtl(Message.SetValue m, Ttl ttl) {
    return new Message.SetValue(
        m.address(), m.value(), m.revision(), m.lock(), m.unlock(), Optional.of(ttl));
  }

  static Message.Publish event(String address) {
    return publish(address, SignalType.EVENT, Content.NONE);
  }

  static Message.Publish publish(String address, SignalType signal, Content content) {
    return new Message.Publish(
        address,
        signal,
        GesturePhase.START,
        content,
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  static Message.Publish at(Message.Publish m, long micros) {
    return new Message.Publish(
        m.address(), m.signal(), m.phase(), m.content(), OptionalLong.of(micros), m.id(), m.rate());
  }

  static Message.Publish gesture(String address, GesturePhase phase, int id, Value value) {
    return new Message.Publish(
        address,
        SignalType.GESTURE,
        phase,
        Content.of(value),
        OptionalLong.empty(),
        OptionalInt.of(id),
        OptionalInt.empty());
  }

  static Message.Publish withRate(Message.Publish m, int rate) {
    return new Message.Publish(
        m.address(),
        m.signal(),
        m.phase(),
        m.content(),
        m.timestampMicros(),
        m.id(),
        OptionalInt.of(rate));
  }

  static Message.Bundle bundle(Message... messages) {
    return new Message.Bundle(List.of(messages), OptionalLong.empty());
  }

  static Message.Sync sync(long t1) {
    return new Message.Sync(t1, OptionalLong.empty(), OptionalLong.empty());
  }

  static Message.Ack ack(
      Optional<String> address,
      OptionalLong revision,
      Optional<Boolean> locked,
      Optional<String> holder,
      OptionalInt correlation) {
    return new Message.Ack(address, revision, locked, holder, correlation);
  }

  static Message.Ack emptyAck() {
    return ack(
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  static Value map(String key, Value value) {
    return Value.of(Map.of(key, value));
  }

  static Value array(Value... values) {
    return Value.of(List.of(values));
  }
}
