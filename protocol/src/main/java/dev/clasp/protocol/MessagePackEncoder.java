package dev.clasp.protocol;

import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Messages as MessagePack maps (wire.md 6.2), fields in the order of the reference, within the
 * limits that readers have.
 */
final class MessagePackEncoder {

  private MessagePackEncoder() {}

  static MessagePackMap map(Message message) {
    return map(message, CodecLimits.DEFAULT.bundleDepth());
  }

  private static MessagePackMap map(Message message, int bundles) {
    return switch (message) {
      case Message.Hello m -> hello(m);
      case Message.Welcome m ->
          start("WELCOME")
              .upTo("version", m.version(), 0xFF)
              .text("session", m.session())
              .text("name", m.name())
              .texts("features", names(m.features()))
              .u64("time", m.timeMicros())
              .text("token", m.token());
      case Message.Announce m -> {
        MessagePackMap f =
            start("ANNOUNCE")
                .text("namespace", m.namespace())
                .maps("signals", m.signals().stream().map(MessagePackEncoder::signal).toList());
        yield m.meta().isEmpty() ? f : f.value("meta", Value.of(m.meta()));
      }
      case Message.Subscribe m -> subscribe(m);
      case Message.Unsubscribe(int id) -> start("UNSUBSCRIBE").u32("id", id);
      case Message.Publish m -> publish(m);
      case Message.SetValue m -> set(m);
      case Message.Get(String address) -> start("GET").text("address", address);
      case Message.Snapshot m ->
          start("SNAPSHOT")
              .maps("params", m.parameters().stream().map(MessagePackEncoder::parameter).toList());
      case Message.Replay m ->
          types(
              start("REPLAY")
                  .text("pattern", m.pattern())
                  .u64("from", m.fromMicros())
                  .u64("to", m.toMicros())
                  .u32("limit", m.limit()),
              m.typeMask());
      case Message.Bundle m -> bundle(m, bundles);
      case Message.Sync m ->
          start("SYNC").u64("t1", m.t1Micros()).u64("t2", m.t2Micros()).u64("t3", m.t3Micros());
      case Message.Ping _ -> start("PING");
      case Message.Pong _ -> start("PONG");
      case Message.Ack m -> {
        MessagePackMap f = start("ACK").text("address", m.address()).u64("revision", m.revision());
        m.locked().ifPresent(locked -> f.flag("locked", locked));
        yield f.text("holder", m.holder()).u32("correlation_id", m.correlationId());
      }
      case Message.Error m ->
          start("ERROR")
              .upTo("code", m.code(), 0xFFFF)
              .text("message", m.message())
              .text("address", m.address())
              .u32("correlation_id", m.correlationId());
      case Message.Query(String pattern) -> start("QUERY").text("pattern", pattern);
      case Message.Result(List<SignalDefinition> signals) ->
          start("RESULT")
              .maps("signals", signals.stream().map(MessagePackEncoder::signal).toList());
      case Message.FederationSync m -> federationSync(m);
    };
  }

  private static MessagePackMap start(String type) {
    return new MessagePackMap().text("type", type);
  }

  private static MessagePackMap hello(Message.Hello m) {
    MessagePackMap f =
        start("HELLO")
            .upTo("version", m.version(), 0xFF)
            .text("name", m.name())
            .texts("features", names(m.features()));
    m.capabilities()
        .ifPresent(c ->
            f.map(
                "capabilities",
                new MessagePackMap()
                    .flag("encryption", c.encryption())
                    .text("compression", c.compression())));
    return f.text("token", m.token());
  }

  private static List<String> names(Set<Feature> features) {
    List<String> names = new ArrayList<>();
    for (Feature feature : Feature.values()) {
      if (features.contains(feature)) {
        names.add(feature.wireName());
      }
    }
    return names;
  }

  /** A mask that means all types is left out. */
  private static MessagePackMap types(MessagePackMap f, int mask) {
    if (mask < 0 || mask > 0xFF) {
      throw new EncodeException("type mask must be 0 to 255, not " + mask);
    }
    if (mask == SignalType.ALL_MASK || (mask & SignalType.KNOWN_MASK) == 0) {
      return f;
    }
    List<String> names = new ArrayList<>();
    for (SignalType type : SignalType.values()) {
      if ((mask & type.maskBit()) != 0) {
        names.add(type.wireName());
      }
    }
    return f.texts("types", names);
  }

  private static MessagePackMap subscribe(Message.Subscribe m) {
    MessagePackMap f =
        types(start("SUBSCRIBE").u32("id", m.id()).text("pattern", m.pattern()), m.typeMask());
    SubscribeOptions given = m.options();
    MessagePackMap options = new MessagePackMap().u32("max_rate", given.maxRate());
    given.epsilon().ifPresent(epsilon -> options.number("epsilon", epsilon));
    options.u32("history", given.history()).u32("window", given.windowMillis());
    return options.isEmpty() ? f : f.map("options", options);
  }

  private static MessagePackMap publish(Message.Publish m) {
    MessagePackMap f =
        start("PUBLISH").text("address", m.address()).text("signal", m.signal().wireName());
    Content timeline = Content.NONE;
    switch (m.content()) {
      case Content.None _ -> {}
      case Content.Single content when isTimeline(m, content) -> timeline = content;
      case Content.Single(Value value) -> f.value("value", value);
      case Content.Samples samples -> {
        List<Value> numbers = new ArrayList<>(samples.count());
        for (int i = 0; i < samples.count(); i++) {
          numbers.add(Value.of(samples.sample(i)));
        }
        f.value("samples", Value.of(numbers));
      }
    }
    f.u32("rate", m.rate()).u32("id", m.id());
    if (m.signal() == SignalType.GESTURE || m.phase() != GesturePhase.START) {
      f.text("phase", m.phase().wireName());
    }
    f.u64("timestamp", m.timestampMicros());
    if (timeline instanceof Content.Single(Value.Map(Map<String, Value> given))) {
      Map<String, Value> map = new LinkedHashMap<>();
      given.forEach((key, value) -> map.put(key.equals("loop") ? "loop_" : key, value));
      f.value("timeline", Value.of(map));
    }
    return f;
  }

  private static boolean isTimeline(Message.Publish m, Content.Single content) {
    return m.signal() == SignalType.TIMELINE
        && content.value() instanceof Value.Map(Map<String, Value> map)
        && map.containsKey("keyframes")
        && !map.containsKey("loop_");
  }

  private static MessagePackMap set(Message.SetValue m) {
    MessagePackMap f =
        start("SET")
            .text("address", m.address())
            .value("value", m.value())
            .u64("revision", m.revision())
            .flag("lock", m.lock())
            .flag("unlock", m.unlock());
    m.ttl()
        .ifPresent(ttl -> {
          switch (ttl) {
            case Ttl.Never() -> f.text("ttl", "Never");
            case Ttl.Sliding(int s) -> f.map("ttl", new MessagePackMap().u64("Sliding", s));
            case Ttl.Absolute(int s) -> f.map("ttl", new MessagePackMap().u64("Absolute", s));
          }
        });
    return f;
  }

  private static MessagePackMap parameter(Parameter p) {
    return new MessagePackMap()
        .text("address", p.address())
        .value("value", p.value())
        .u64("revision", p.revision())
        .text("writer", p.writer())
        .u64("timestamp", p.timestampMicros());
  }

  private static MessagePackMap bundle(Message.Bundle m, int bundles) {
    if (bundles <= 0) {
      throw new EncodeException("bundles are nested too deeply");
    }
    return start("BUNDLE")
        .u64("timestamp", m.timestampMicros())
        .maps("messages", m.messages().stream().map(i -> map(i, bundles - 1)).toList());
  }

  private static MessagePackMap signal(SignalDefinition s) {
    MessagePackMap f =
        new MessagePackMap()
            .text("address", s.address())
            .text("type", s.type().wireName())
            .text("datatype", s.datatype())
            .text("access", s.access());
    s.meta().ifPresent(meta -> f.map("meta", meta(meta)));
    return f;
  }

  private static MessagePackMap meta(SignalMeta meta) {
    MessagePackMap f = new MessagePackMap().text("unit", meta.unit());
    meta.range()
        .ifPresent(r -> f.value("range", Value.of(List.of(Value.of(r.min()), Value.of(r.max())))));
    meta.defaultValue().ifPresent(value -> f.value("default", value));
    return f.text("description", meta.description());
  }

  private static MessagePackMap federationSync(Message.FederationSync m) {
    MessagePackMap revisions = new MessagePackMap();
    m.revisions().forEach(revisions::u64);
    return start("FEDERATION_SYNC")
        .text(
            "op",
            switch (m.operation()) {
              case DECLARE_NAMESPACES -> "DeclareNamespaces";
              case REQUEST_SYNC -> "RequestSync";
              case REVISION_VECTOR -> "RevisionVector";
              case SYNC_COMPLETE -> "SyncComplete";
            })
        .texts("patterns", m.patterns())
        .map("revisions", revisions)
        .u64("since_revision", m.sinceRevision())
        .text("origin", m.origin());
  }
}
