package dev.clasp.protocol;

import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.List;
import java.util.Optional;

/** Writes compact binary messages (wire.md 5), within the limits that readers have. */
final class MessageWriter {

  private static final CodecLimits LIMITS = CodecLimits.DEFAULT;

  private MessageWriter() {}

  static void write(ByteWriter out, Message message) {
    write(out, message, LIMITS.bundleDepth());
  }

  private static void write(ByteWriter out, Message message, int bundles) {
    int depth = LIMITS.valueDepth();
    switch (message) {
      case Message.Hello m -> {
        out.u8(MessageType.HELLO);
        out.u8(inRange("version", m.version(), 0xFF));
        out.u8(Feature.bits(m.features()));
        out.text(m.name());
        out.text(m.token().orElse(""));
        m.instance()
            .ifPresent(instance -> {
              out.u8(MessageReader.INSTANCE);
              out.i64(instance.getMostSignificantBits());
              out.i64(instance.getLeastSignificantBits());
            });
      }
      case Message.Welcome m -> {
        out.u8(MessageType.WELCOME);
        out.u8(inRange("version", m.version(), 0xFF));
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
        out.u8(inRange("type mask", m.typeMask(), 0xFF));
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
        out.u16(inRange("error code", m.code(), 0xFFFF));
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
    out.u8(inRange("type mask", m.typeMask(), 0xFF));
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
        ValueLayout.writeTagged(out, value, depth);
      }
      case Content.Samples samples -> {
        out.u8(2);
        int count = samples.count();
        out.count(count);
        for (int i = 0; i < count; i++) {
          out.f64(samples.sample(i));
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
      ValueLayout.writeTagged(out, p.value(), depth);
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
          ValueLayout.writeTagged(out, value, depth);
        });
    m.description().ifPresent(out::text);
  }

  private static int inRange(String field, int value, int max) {
    if (value < 0 || value > max) {
      throw new EncodeException(field + " must be 0 to " + max + ", not " + value);
    }
    return value;
  }

  private static int flag(boolean present, int bit) {
    return present ? bit : 0;
  }
}
