package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes requests from what callers want: checks and encodes, on the caller's thread. All throw
 * {@link ClaspException} of kind INVALID.
 */
final class Requests {

  private Requests() {}

  static Request.Write write(String address, Value value, SetOptions options) {
    Addresses.check(address);
    Message.SetValue set =
        new Message.SetValue(
            address, value, options.ifRevision(), options.lock(), options.unlock(), options.ttl());
    return new Request.Write(
        address, value, options, encode(set, options.qos(), "the write to " + address));
  }

  static Request.Read read(String address) {
    Addresses.check(address);
    return new Request.Read(
        address, encode(new Message.Get(address), Qos.FIRE, "the read of " + address));
  }

  static Request.Publication event(String address, Content content, long timeMicros) {
    return publication(
        address, SignalType.EVENT, GesturePhase.START, content, timeMicros, OptionalInt.empty(), 0);
  }

  static Request.Publication stream(String address, Content content, int rate, long timeMicros) {
    if (rate < 0) {
      throw ClaspException.of(
          Kind.INVALID, "the rate of a stream must be at least 0 per second, not " + rate);
    }
    return publication(
        address,
        SignalType.STREAM,
        GesturePhase.START,
        content,
        timeMicros,
        OptionalInt.empty(),
        rate);
  }

  static Request.Publication gesture(
      String address, int id, GesturePhase phase, Value value, long timeMicros) {
    return publication(
        address, SignalType.GESTURE, phase, Content.of(value), timeMicros, OptionalInt.of(id), 0);
  }

  static Request.Publication timeline(String address, Timeline timeline, long timeMicros) {
    return publication(
        address,
        SignalType.TIMELINE,
        GesturePhase.START,
        Content.of(timeline.toValue()),
        timeline.startMicros().orElse(timeMicros),
        OptionalInt.empty(),
        0);
  }

  /** A timeline as the map that carries it. */
  static Request.Publication timeline(String address, Value map, int rate, long timeMicros) {
    return publication(
        address,
        SignalType.TIMELINE,
        GesturePhase.START,
        Content.of(map),
        timeMicros,
        OptionalInt.empty(),
        rate);
  }

  private static Request.Publication publication(
      String address,
      SignalType type,
      GesturePhase phase,
      Content content,
      long timeMicros,
      OptionalInt id,
      int rate) {
    Addresses.check(address);
    Message.Publish publish =
        new Message.Publish(
            address,
            type,
            phase,
            content,
            OptionalLong.of(timeMicros),
            id,
            rate > 0 ? OptionalInt.of(rate) : OptionalInt.empty());
    boolean droppable =
        type == SignalType.STREAM || (type == SignalType.GESTURE && phase == GesturePhase.MOVE);
    String name = type.wireName();
    return new Request.Publication(
        address,
        name,
        droppable,
        encode(publish, FrameCodec.defaultQos(publish), "the " + name + " at " + address));
  }

  static Request.Group group(BundleBuilder bundle) {
    if (bundle.size() == 0) {
      throw ClaspException.of(Kind.INVALID, "the bundle is empty: add a write or an event");
    }
    return new Request.Group(
        bundle.addresses(),
        bundle.writes(),
        bundle.size(),
        encode(bundle.message(), Qos.COMMIT, "the bundle of " + bundle.size()));
  }

  /** Calls off the bundles of this session for a time (docs/protocol-extensions.md). */
  static Request.Group callingOff(long atMicros) {
    return new Request.Group(
        Set.of(),
        Map.of(),
        0,
        encode(
            new Message.Bundle(List.of(), OptionalLong.of(atMicros)),
            Qos.COMMIT,
            "the calling off of bundles"));
  }

  static Request.Question question(String pattern) {
    Addresses.pattern(pattern);
    return new Request.Question(
        pattern, encode(new Message.Query(pattern), Qos.FIRE, "the query for " + pattern));
  }

  static Request.Announcement announcement(
      String namespace, List<SignalDefinition> signals, Map<String, Value> meta) {
    signals.forEach(signal -> Addresses.check(signal.address()));
    Set<String> addresses =
        signals.stream().map(SignalDefinition::address).collect(Collectors.toUnmodifiableSet());
    return new Request.Announcement(
        namespace,
        addresses,
        encode(
            new Message.Announce(namespace, signals, meta),
            Qos.CONFIRM,
            "the announcement of " + namespace));
  }

  static Request.Probe ping() {
    return new Request.Probe(false, Exchange.PING);
  }

  private static byte[] encode(Message message, Qos qos, String what) {
    try {
      return FrameCodec.encode(message, qos);
    } catch (EncodeException e) {
      throw ClaspException.of(Kind.INVALID, what + " cannot be sent: " + e.getMessage(), e);
    }
  }

  /** The write that gives a lock back. */
  static byte[] unlocking(String address, Value value) {
    return FrameCodec.encode(
        new Message.SetValue(address, value, OptionalLong.empty(), false, true, Optional.empty()),
        Qos.FIRE);
  }
}
