package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** Reads compact binary messages (wire.md 5). Bundles recurse, bounded by the limits. */
final class MessageReader {

  /** Begins the instance behind a HELLO. */
  static final int INSTANCE = 'I';

  private static final FederationOperation[] FEDERATION = FederationOperation.values();

  private MessageReader() {}

  /**
   * The message that begins where the reader stands; it may leave trailing bytes unread.
   *
   * @param bundles how many bundles may still be opened
   */
  static Message read(ByteReader in, CodecLimits limits, int bundles) {
    int depth = limits.valueDepth();
    int type = in.u8();
    return switch (type) {
      case MessageType.HELLO -> hello(in);
      case MessageType.WELCOME -> welcome(in);
      case MessageType.ANNOUNCE ->
          new Message.Announce(in.text(), signals(in, depth, true), Map.of());
      case MessageType.FEDERATION_SYNC -> federationSync(in);
      case MessageType.SUBSCRIBE -> subscribe(in);
      case MessageType.UNSUBSCRIBE -> new Message.Unsubscribe(in.i32());
      case MessageType.PUBLISH -> publish(in, depth);
      case MessageType.SET -> set(in, depth);
      case MessageType.GET -> new Message.Get(in.text());
      case MessageType.SNAPSHOT -> snapshot(in, depth);
      case MessageType.REPLAY -> replay(in);
      case MessageType.BUNDLE -> bundle(in, limits, bundles);
      case MessageType.SYNC -> {
        int flags = in.u8();
        yield new Message.Sync(in.i64(), optional64(in, flags, 0x01), optional64(in, flags, 0x02));
      }
      case MessageType.PING -> new Message.Ping();
      case MessageType.PONG -> new Message.Pong();
      case MessageType.ACK -> {
        int flags = in.u8();
        yield new Message.Ack(
            optionalText(in, flags, 0x01),
            optional64(in, flags, 0x02),
            (flags & 0x04) != 0 ? Optional.of(in.u8() != 0) : Optional.empty(),
            optionalText(in, flags, 0x08),
            optional32(in, flags, 0x10));
      }
      case MessageType.ERROR -> {
        int code = in.u16();
        String text = in.text();
        int flags = in.u8();
        yield new Message.Error(
            code, text, optionalText(in, flags, 0x01), optional32(in, flags, 0x02));
      }
      case MessageType.QUERY -> new Message.Query(in.text());
      case MessageType.RESULT -> new Message.Result(signals(in, depth, false));
      default -> throw unknownType(type);
    };
  }

  static DecodeException unknownType(int type) {
    return DecodeException.of(
        Kind.UNKNOWN_MESSAGE_TYPE, "unknown message type: 0x" + DecodeException.hex(type));
  }

  private static Message hello(ByteReader in) {
    int version = in.u8();
    int features = in.u8();
    String name = in.text();
    Optional<String> token = nonEmpty(in.text());
    return new Message.Hello(
        version, Feature.ofBits(features), name, token, Optional.empty(), instance(in));
  }

  /** Anything else that stands behind a HELLO means nothing. */
  private static Optional<UUID> instance(ByteReader in) {
    return in.remaining() == 1 + 2 * Long.BYTES && in.u8() == INSTANCE
        ? Optional.of(new UUID(in.i64(), in.i64()))
        : Optional.empty();
  }

  private static Message welcome(ByteReader in) {
    int version = in.u8();
    int features = in.u8();
    long time = in.i64();
    String session = in.text();
    String name = in.text();
    // The one tolerated omission: the embedded mini router ends here (wire.md 5.3).
    Optional<String> token = in.remaining() == 0 ? Optional.empty() : nonEmpty(in.text());
    // The federation bit has no meaning in WELCOME.
    return new Message.Welcome(
        version, Feature.ofBits(features & ~Feature.FEDERATION.bit()), time, session, name, token);
  }

  private static Message federationSync(ByteReader in) {
    int operation = in.u8();
    if (operation < 1 || operation > FEDERATION.length) {
      throw DecodeException.of(
          Kind.MALFORMED_FIELD,
          "unknown federation operation: 0x" + DecodeException.hex(operation));
    }
    int patterns = in.count(2);
    List<String> texts = new ArrayList<>(patterns);
    for (int i = 0; i < patterns; i++) {
      texts.add(in.text());
    }
    int revisions = in.count(10);
    Map<String, Long> vector = LinkedHashMap.newLinkedHashMap(revisions);
    for (int i = 0; i < revisions; i++) {
      String address = in.text();
      vector.put(address, in.i64());
    }
    int flags = in.u8();
    return new Message.FederationSync(
        FEDERATION[operation - 1],
        texts,
        vector,
        optional64(in, flags, 0x80),
        optionalText(in, flags, 0x40));
  }

  private static Message subscribe(ByteReader in) {
    int id = in.i32();
    String pattern = in.text();
    int mask = in.u8();
    int flags = in.u8();
    OptionalInt maxRate = optional32(in, flags, 0x01);
    OptionalDouble epsilon =
        (flags & 0x02) != 0 ? OptionalDouble.of(in.f64()) : OptionalDouble.empty();
    return new Message.Subscribe(
        id,
        pattern,
        mask,
        new SubscribeOptions(
            maxRate, epsilon, optional32(in, flags, 0x04), optional32(in, flags, 0x08)));
  }

  private static Message publish(ByteReader in, int depth) {
    int flags = in.u8();
    String address = in.text();
    int indicator = in.u8();
    Content content =
        switch (indicator) {
          case 0 -> Content.NONE;
          case 1 -> Content.of(ValueLayout.read(in, in.u8(), depth));
          case 2 -> {
            double[] samples = new double[in.count(8)];
            for (int i = 0; i < samples.length; i++) {
              samples[i] = in.f64();
            }
            yield Content.ofSamples(samples);
          }
          default -> throw badIndicator(indicator);
        };
    OptionalLong timestamp = optional64(in, flags, 0x10);
    OptionalInt id = optional32(in, flags, 0x08);
    // rate has no flag: it is there when four bytes are (wire.md 5.8).
    OptionalInt rate = in.remaining() >= 4 ? OptionalInt.of(in.i32()) : OptionalInt.empty();
    return new Message.Publish(
        address,
        SignalType.ofCode(flags >> 5),
        GesturePhase.ofCode(flags & 0x07),
        content,
        timestamp,
        id,
        rate);
  }

  static DecodeException badIndicator(int indicator) {
    return DecodeException.of(
        Kind.MALFORMED_FIELD, "PUBLISH content indicator must be 0, 1 or 2, not " + indicator);
  }

  private static Message set(ByteReader in, int depth) {
    int flags = in.u8();
    String address = in.text();
    Value value = ValueLayout.read(in, flags & 0x0F, depth);
    OptionalLong revision = optional64(in, flags, 0x80);
    Optional<Ttl> ttl = (flags & 0x10) != 0 ? Optional.of(Ttl.ofWord(in.i32())) : Optional.empty();
    return new Message.SetValue(
        address, value, revision, (flags & 0x40) != 0, (flags & 0x20) != 0, ttl);
  }

  private static Message snapshot(ByteReader in, int depth) {
    int count = in.count(12);
    List<Parameter> parameters = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String address = in.text();
      Value value = ValueLayout.read(in, in.u8(), depth);
      long revision = in.i64();
      int flags = in.u8();
      parameters.add(
          new Parameter(
              address,
              value,
              revision,
              optionalText(in, flags, 0x01),
              optional64(in, flags, 0x02)));
    }
    return new Message.Snapshot(parameters);
  }

  private static Message replay(ByteReader in) {
    int flags = in.u8();
    String pattern = in.text();
    OptionalLong from = optional64(in, flags, 0x80);
    OptionalLong to = optional64(in, flags, 0x40);
    OptionalInt limit = optional32(in, flags, 0x20);
    return new Message.Replay(pattern, from, to, limit, in.u8());
  }

  private static Message bundle(ByteReader in, CodecLimits limits, int bundles) {
    if (bundles <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "bundles are nested too deeply");
    }
    int flags = in.u8();
    int count = in.count(3);
    OptionalLong timestamp = optional64(in, flags, 0x80);
    // Grows as members arrive: nested bundles could claim the same bytes again.
    List<Message> messages = new ArrayList<>(Math.min(count, 16));
    for (int i = 0; i < count; i++) {
      messages.add(read(in.slice(in.u16()), limits, bundles - 1));
    }
    return new Message.Bundle(messages, timestamp);
  }

  private static List<SignalDefinition> signals(ByteReader in, int depth, boolean withMeta) {
    int count = in.count(4);
    List<SignalDefinition> signals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String address = in.text();
      SignalType type = SignalType.ofCode(in.u8());
      int flags = in.u8();
      Optional<String> datatype = optionalText(in, flags, 0x01);
      Optional<String> access = optionalText(in, flags, 0x02);
      Optional<SignalMeta> meta =
          withMeta && (flags & 0x04) != 0 ? Optional.of(meta(in, depth)) : Optional.empty();
      signals.add(new SignalDefinition(address, type, datatype, access, meta));
    }
    return signals;
  }

  private static SignalMeta meta(ByteReader in, int depth) {
    int flags = in.u8();
    Optional<String> unit = optionalText(in, flags, 0x01);
    Optional<Message.Range> range =
        (flags & 0x02) != 0 ? Optional.of(new Message.Range(in.f64(), in.f64())) : Optional.empty();
    Optional<Value> standard =
        (flags & 0x04) != 0 ? Optional.of(ValueLayout.read(in, in.u8(), depth)) : Optional.empty();
    return new SignalMeta(unit, range, standard, optionalText(in, flags, 0x08));
  }

  private static Optional<String> nonEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static Optional<String> optionalText(ByteReader in, int flags, int bit) {
    return (flags & bit) != 0 ? Optional.of(in.text()) : Optional.empty();
  }

  private static OptionalLong optional64(ByteReader in, int flags, int bit) {
    return (flags & bit) != 0 ? OptionalLong.of(in.i64()) : OptionalLong.empty();
  }

  private static OptionalInt optional32(ByteReader in, int flags, int bit) {
    return (flags & bit) != 0 ? OptionalInt.of(in.i32()) : OptionalInt.empty();
  }
}
