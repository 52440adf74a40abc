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

/**
 * Payloads to messages and back (wire.md 5). Decodes the compact binary form and, recognised by the
 * first byte, the legacy MessagePack form; encodes binary.
 */
public final class MessageCodec {

  private static final FederationOperation[] FEDERATION = FederationOperation.values();

  private MessageCodec() {}

  /** True if a payload that starts with this byte is one MessagePack map (wire.md 6.1). */
  public static boolean isMessagePack(byte first) {
    int b = first & 0xFF;
    return (b & 0xF0) == 0x80 || b == 0xDE || b == 0xDF;
  }

  /**
   * Decodes a payload.
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  public static Message decode(byte[] b, int offset, int length) {
    return decode(b, offset, length, CodecLimits.DEFAULT);
  }

  /** The same with other limits. */
  public static Message decode(byte[] b, int offset, int length, CodecLimits limits) {
    if (length > 0 && isMessagePack(b[offset])) {
      return MessagePackCodec.decode(b, offset, length, limits);
    }
    return decode(new ByteReader(b, offset, offset + length), limits, limits.bundleDepth());
  }

  /**
   * The payload of a message.
   *
   * @throws EncodeException too large, nested too deeply, or text with an unpaired surrogate
   */
  public static byte[] encode(Message message) {
    ByteWriter out = new ByteWriter(0);
    write(out, message, CodecLimits.DEFAULT.bundleDepth());
    return out.toBytes();
  }

  // --- decoding ----------------------------------------------------------------------------------

  private static Message decode(ByteReader in, CodecLimits limits, int bundles) {
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
        Kind.UNKNOWN_MESSAGE_TYPE, String.format("unknown message type: 0x%02x", type));
  }

  private static Message hello(ByteReader in) {
    int version = in.u8();
    int features = in.u8();
    String name = in.text();
    return new Message.Hello(
        version, Feature.ofBits(features), name, nonEmpty(in.text()), Optional.empty());
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
          Kind.MALFORMED_FIELD, String.format("unknown federation operation: 0x%02x", operation));
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
    // A v3 sender may set the reserved bit without the four bytes: then there is no TTL.
    Optional<Ttl> ttl =
        (flags & 0x10) != 0 && in.remaining() >= 4
            ? Optional.of(Ttl.ofWord(in.i32()))
            : Optional.empty();
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
    List<Message> messages = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      messages.add(decode(in.slice(in.u16()), limits, bundles - 1));
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

  // --- encoding ----------------------------------------------------------------------------------

  static void write(ByteWriter out, Message message, int bundles) {
    int depth = CodecLimits.DEFAULT.valueDepth();
    switch (message) {
      case Message.Hello m -> {
        out.u8(MessageType.HELLO);
        out.u8(m.version());
        out.u8(Feature.bits(m.features()));
        out.text(m.name());
        out.text(m.token().orElse(""));
      }
      case Message.Welcome m -> {
        out.u8(MessageType.WELCOME);
        out.u8(m.version());
        out.u8(Feature.bits(m.features()) & ~Feature.FEDERATION.bit());
        out.i64(m.timeMicros());
        out.text(m.session());
        out.text(m.name());
        out.text(m.token().orElse(""));
      }
      case Message.Announce m -> {
        out.u8(MessageType.ANNOUNCE);
        out.text(m.namespace());
        writeSignals(out, m.signals(), depth, true);
      }
      case Message.FederationSync m -> writeFederationSync(out, m);
      case Message.Subscribe m -> writeSubscribe(out, m);
      case Message.Unsubscribe(int id) -> {
        out.u8(MessageType.UNSUBSCRIBE);
        out.i32(id);
      }
      case Message.Publish m -> writePublish(out, m, depth);
      case Message.SetValue m -> writeSet(out, m, depth);
      case Message.Get(String address) -> {
        out.u8(MessageType.GET);
        out.text(address);
      }
      case Message.Snapshot m -> writeSnapshot(out, m, depth);
      case Message.Replay m -> {
        out.u8(MessageType.REPLAY);
        out.u8(
            flag(m.fromMicros().isPresent(), 0x80)
                | flag(m.toMicros().isPresent(), 0x40)
                | flag(m.limit().isPresent(), 0x20));
        out.text(m.pattern());
        m.fromMicros().ifPresent(out::i64);
        m.toMicros().ifPresent(out::i64);
        m.limit().ifPresent(out::i32);
        out.u8(m.typeMask());
      }
      case Message.Bundle m -> writeBundle(out, m, bundles);
      case Message.Sync m -> {
        out.u8(MessageType.SYNC);
        out.u8(flag(m.t2Micros().isPresent(), 0x01) | flag(m.t3Micros().isPresent(), 0x02));
        out.i64(m.t1Micros());
        m.t2Micros().ifPresent(out::i64);
        m.t3Micros().ifPresent(out::i64);
      }
      case Message.Ping _ -> out.u8(MessageType.PING);
      case Message.Pong _ -> out.u8(MessageType.PONG);
      case Message.Ack m -> {
        out.u8(MessageType.ACK);
        out.u8(
            flag(m.address().isPresent(), 0x01)
                | flag(m.revision().isPresent(), 0x02)
                | flag(m.locked().isPresent(), 0x04)
                | flag(m.holder().isPresent(), 0x08)
                | flag(m.correlationId().isPresent(), 0x10));
        m.address().ifPresent(out::text);
        m.revision().ifPresent(out::i64);
        m.locked().ifPresent(locked -> out.u8(locked ? 1 : 0));
        m.holder().ifPresent(out::text);
        m.correlationId().ifPresent(out::i32);
      }
      case Message.Error m -> {
        out.u8(MessageType.ERROR);
        if (m.code() < 0 || m.code() > 0xFFFF) {
          throw new EncodeException("error code must be 0 to 65535, not " + m.code());
        }
        out.u16(m.code());
        out.text(m.message());
        out.u8(flag(m.address().isPresent(), 0x01) | flag(m.correlationId().isPresent(), 0x02));
        m.address().ifPresent(out::text);
        m.correlationId().ifPresent(out::i32);
      }
      case Message.Query(String pattern) -> {
        out.u8(MessageType.QUERY);
        out.text(pattern);
      }
      case Message.Result(List<SignalDefinition> signals) -> {
        out.u8(MessageType.RESULT);
        writeSignals(out, signals, depth, false);
      }
    }
  }

  private static void writeFederationSync(ByteWriter out, Message.FederationSync m) {
    out.u8(MessageType.FEDERATION_SYNC);
    out.u8(m.operation().ordinal() + 1);
    out.count(m.patterns().size());
    m.patterns().forEach(out::text);
    out.count(m.revisions().size());
    m.revisions()
        .forEach((address, revision) -> {
          out.text(address);
          out.i64(revision);
        });
    out.u8(flag(m.sinceRevision().isPresent(), 0x80) | flag(m.origin().isPresent(), 0x40));
    m.sinceRevision().ifPresent(out::i64);
    m.origin().ifPresent(out::text);
  }

  private static void writeSubscribe(ByteWriter out, Message.Subscribe m) {
    SubscribeOptions options = m.options();
    out.u8(MessageType.SUBSCRIBE);
    out.i32(m.id());
    out.text(m.pattern());
    out.u8(m.typeMask());
    out.u8(
        flag(options.maxRate().isPresent(), 0x01)
            | flag(options.epsilon().isPresent(), 0x02)
            | flag(options.history().isPresent(), 0x04)
            | flag(options.windowMillis().isPresent(), 0x08));
    options.maxRate().ifPresent(out::i32);
    options.epsilon().ifPresent(out::f64);
    options.history().ifPresent(out::i32);
    options.windowMillis().ifPresent(out::i32);
  }

  private static void writePublish(ByteWriter out, Message.Publish m, int depth) {
    out.u8(MessageType.PUBLISH);
    out.u8(
        m.signal().code() << 5
            | flag(m.timestampMicros().isPresent(), 0x10)
            | flag(m.id().isPresent(), 0x08)
            | m.phase().code());
    out.text(m.address());
    switch (m.content()) {
      case Content.None _ -> out.u8(0);
      case Content.Single(Value value) -> {
        out.u8(1);
        out.u8(ValueLayout.typeOf(value));
        ValueLayout.write(out, value, depth);
      }
      case Content.Samples samples -> {
        out.u8(2);
        double[] numbers = samples.samples();
        out.count(numbers.length);
        for (double number : numbers) {
          out.f64(number);
        }
      }
    }
    m.timestampMicros().ifPresent(out::i64);
    m.id().ifPresent(out::i32);
    m.rate().ifPresent(out::i32);
  }

  private static void writeSet(ByteWriter out, Message.SetValue m, int depth) {
    out.u8(MessageType.SET);
    out.u8(
        flag(m.revision().isPresent(), 0x80)
            | flag(m.lock(), 0x40)
            | flag(m.unlock(), 0x20)
            | flag(m.ttl().isPresent(), 0x10)
            | ValueLayout.typeOf(m.value()));
    out.text(m.address());
    ValueLayout.write(out, m.value(), depth);
    m.revision().ifPresent(out::i64);
    m.ttl().ifPresent(ttl -> out.i32(ttl.word()));
  }

  private static void writeSnapshot(ByteWriter out, Message.Snapshot m, int depth) {
    out.u8(MessageType.SNAPSHOT);
    out.count(m.parameters().size());
    for (Parameter p : m.parameters()) {
      out.text(p.address());
      out.u8(ValueLayout.typeOf(p.value()));
      ValueLayout.write(out, p.value(), depth);
      out.i64(p.revision());
      out.u8(flag(p.writer().isPresent(), 0x01) | flag(p.timestampMicros().isPresent(), 0x02));
      p.writer().ifPresent(out::text);
      p.timestampMicros().ifPresent(out::i64);
    }
  }

  private static void writeBundle(ByteWriter out, Message.Bundle m, int bundles) {
    if (bundles <= 0) {
      throw new EncodeException("bundles are nested too deeply");
    }
    out.u8(MessageType.BUNDLE);
    out.u8(flag(m.timestampMicros().isPresent(), 0x80));
    out.count(m.messages().size());
    m.timestampMicros().ifPresent(out::i64);
    for (Message inner : m.messages()) {
      int lengthAt = out.offset();
      out.u16(0);
      write(out, inner, bundles - 1);
      out.patchU16(lengthAt, out.offset() - lengthAt - 2);
    }
  }

  private static void writeSignals(
      ByteWriter out, List<SignalDefinition> signals, int depth, boolean withMeta) {
    out.count(signals.size());
    for (SignalDefinition s : signals) {
      Optional<SignalMeta> meta = withMeta ? s.meta() : Optional.empty();
      out.text(s.address());
      out.u8(s.type().code());
      out.u8(
          flag(s.datatype().isPresent(), 0x01)
              | flag(s.access().isPresent(), 0x02)
              | flag(meta.isPresent(), 0x04));
      s.datatype().ifPresent(out::text);
      s.access().ifPresent(out::text);
      meta.ifPresent(m -> writeMeta(out, m, depth));
    }
  }

  private static void writeMeta(ByteWriter out, SignalMeta m, int depth) {
    out.u8(
        flag(m.unit().isPresent(), 0x01)
            | flag(m.range().isPresent(), 0x02)
            | flag(m.defaultValue().isPresent(), 0x04)
            | flag(m.description().isPresent(), 0x08));
    m.unit().ifPresent(out::text);
    m.range()
        .ifPresent(range -> {
          out.f64(range.min());
          out.f64(range.max());
        });
    m.defaultValue()
        .ifPresent(value -> {
          out.u8(ValueLayout.typeOf(value));
          ValueLayout.write(out, value, depth);
        });
    m.description().ifPresent(out::text);
  }

  private static int flag(boolean present, int bit) {
    return present ? bit : 0;
  }
}
