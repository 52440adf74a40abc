package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Capabilities;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Messages from their MessagePack fields (wire.md 6.2). Bundles recurse, bounded by the limit. */
final class MessagePackDecoder {

  private MessagePackDecoder() {}

  /**
   * The message of a map.
   *
   * @param bundles how many bundles may still be opened
   */
  static Message read(MessagePackFields f, int bundles) {
    String type = f.text("type");
    return switch (type) {
      case "HELLO" ->
          new Message.Hello(
              (int) f.upTo("version", 0xFF),
              features(f),
              f.text("name"),
              token(f),
              f.map("capabilities")
                  .map(c -> new Capabilities(c.flag("encryption"), c.optionalText("compression"))));
      case "WELCOME" ->
          new Message.Welcome(
              (int) f.upTo("version", 0xFF),
              features(f),
              f.u64("time"),
              f.text("session"),
              f.text("name"),
              token(f));
      case "ANNOUNCE" ->
          new Message.Announce(f.text("namespace"), signals(f, f.list("signals")), announceMeta(f));
      case "SUBSCRIBE" ->
          new Message.Subscribe(f.u32("id"), f.text("pattern"), typeMask(f), options(f));
      case "UNSUBSCRIBE" -> new Message.Unsubscribe(f.u32("id"));
      case "PUBLISH" -> publish(f);
      case "SET" ->
          new Message.SetValue(
              f.text("address"),
              f.value("value"),
              f.optional64("revision"),
              f.flag("lock"),
              f.flag("unlock"),
              ttl(f));
      case "GET" -> new Message.Get(f.text("address"));
      case "SNAPSHOT" -> snapshot(f);
      case "REPLAY" ->
          new Message.Replay(
              f.text("pattern"),
              f.optional64("from"),
              f.optional64("to"),
              f.optional32("limit"),
              typeMask(f));
      case "BUNDLE" -> bundle(f, bundles);
      case "SYNC" -> new Message.Sync(f.u64("t1"), f.optional64("t2"), f.optional64("t3"));
      case "PING" -> new Message.Ping();
      case "PONG" -> new Message.Pong();
      case "ACK" ->
          new Message.Ack(
              f.optionalText("address"),
              f.optional64("revision"),
              f.optional("locked") == null ? Optional.empty() : Optional.of(f.flag("locked")),
              f.optionalText("holder"),
              f.optional32("correlation_id"));
      case "ERROR" ->
          new Message.Error(
              (int) f.upTo("code", 0xFFFF),
              f.text("message"),
              f.optionalText("address"),
              f.optional32("correlation_id"));
      case "QUERY" -> new Message.Query(f.text("pattern"));
      case "RESULT" -> new Message.Result(signals(f, f.requiredList("signals")));
      case "FEDERATION_SYNC" -> federationSync(f);
      default -> throw MessagePackCodec.bad("unknown message " + Excerpt.of(type));
    };
  }

  /** An empty token is no token, as in the binary form. */
  private static Optional<String> token(MessagePackFields f) {
    return f.optionalText("token").filter(token -> !token.isEmpty());
  }

  private static Set<Feature> features(MessagePackFields f) {
    EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
    f.texts("features").forEach(name -> Feature.ofName(name).ifPresent(features::add));
    return features;
  }

  private static Map<String, Value> announceMeta(MessagePackFields f) {
    return f.map("meta").isPresent() && f.value("meta") instanceof Value.Map(var entries)
        ? entries
        : Map.of();
  }

  private static int typeMask(MessagePackFields f) {
    int mask = 0;
    for (String name : f.texts("types")) {
      mask |= signal(name).maskBit();
    }
    return mask == 0 ? SignalType.ALL_MASK : mask;
  }

  private static SubscribeOptions options(MessagePackFields f) {
    return f.map("options")
        .map(o ->
            new SubscribeOptions(
                o.optional32("max_rate"),
                o.optional("epsilon") == null
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(o.number("epsilon")),
                o.optional32("history"),
                o.optional32("window")))
        .orElse(SubscribeOptions.NONE);
  }

  private static Message publish(MessagePackFields f) {
    return new Message.Publish(
        f.text("address"),
        f.optionalText("signal").map(MessagePackDecoder::signal).orElse(SignalType.EVENT),
        f.optionalText("phase").map(MessagePackDecoder::phase).orElse(GesturePhase.START),
        content(f),
        f.optional64("timestamp"),
        f.optional32("id"),
        f.optional32("rate"));
  }

  /** Value before payload before samples (wire.md 5.8) before timeline. */
  private static Content content(MessagePackFields f) {
    for (String name : List.of("value", "payload")) {
      if (f.optional(name) != null) {
        return Content.of(f.value(name));
      }
    }
    if (f.optional("samples") != null) {
      return Content.ofSamples(
          f.requiredList("samples").stream()
              .mapToDouble(sample -> MessagePackFields.number("samples", sample))
              .toArray());
    }
    return f.map("timeline").isPresent() ? Content.of(timeline(f)) : Content.NONE;
  }

  /** A timeline object as the map value of wire.md 7.4: {@code loop_} is {@code loop} there. */
  private static Value timeline(MessagePackFields f) {
    if (!(f.value("timeline") instanceof Value.Map(Map<String, Value> given))) {
      throw MessagePackCodec.bad("timeline must be a map");
    }
    Map<String, Value> map = new LinkedHashMap<>();
    given.forEach((key, value) -> map.put(key.equals("loop_") ? "loop" : key, value));
    return Value.of(map);
  }

  private static SignalType signal(String name) {
    return SignalType.ofName(name)
        .orElseThrow(() -> MessagePackCodec.bad("unknown signal type " + Excerpt.of(name)));
  }

  private static GesturePhase phase(String name) {
    return GesturePhase.ofName(name)
        .orElseThrow(() -> MessagePackCodec.bad("unknown phase " + Excerpt.of(name)));
  }

  private static Optional<Ttl> ttl(MessagePackFields f) {
    Value ttl = f.optional("ttl");
    if (ttl == null) {
      return Optional.empty();
    }
    if (ttl.equals(Value.of("Never"))) {
      return Optional.of(new Ttl.Never());
    }
    if (ttl instanceof Value.Map(Map<String, Value> entries) && entries.size() == 1) {
      MessagePackFields one = new MessagePackFields(entries, f.large(), f.depth());
      if (entries.containsKey("Sliding")) {
        int seconds = (int) one.upTo("Sliding", Ttl.MAX_SECONDS);
        // Sliding 0 cannot be told from "never" on the wire; the binary form reads it so too.
        return Optional.of(seconds == 0 ? new Ttl.Never() : new Ttl.Sliding(seconds));
      }
      if (entries.containsKey("Absolute")) {
        return Optional.of(new Ttl.Absolute((int) one.upTo("Absolute", Ttl.MAX_SECONDS)));
      }
    }
    throw MessagePackCodec.bad("ttl must be \"Never\", {\"Sliding\": s} or {\"Absolute\": s}");
  }

  private static Message snapshot(MessagePackFields f) {
    List<Parameter> parameters = new ArrayList<>();
    for (MessagePackFields p : f.maps("params", f.requiredList("params"))) {
      parameters.add(
          new Parameter(
              p.text("address"),
              p.value("value"),
              p.u64("revision"),
              p.optionalText("writer"),
              p.optional64("timestamp")));
    }
    return new Message.Snapshot(parameters);
  }

  private static Message bundle(MessagePackFields f, int bundles) {
    if (bundles <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "bundles are nested too deeply");
    }
    List<Message> messages = new ArrayList<>();
    for (MessagePackFields inner : f.maps("messages", f.requiredList("messages"))) {
      messages.add(read(inner, bundles - 1));
    }
    return new Message.Bundle(messages, f.optional64("timestamp"));
  }

  private static List<SignalDefinition> signals(MessagePackFields f, List<Value> list) {
    List<SignalDefinition> signals = new ArrayList<>();
    for (MessagePackFields s : f.maps("signals", list)) {
      signals.add(
          new SignalDefinition(
              s.text("address"),
              signal(s.text("type")),
              s.optionalText("datatype"),
              s.optionalText("access"),
              s.map("meta").map(MessagePackDecoder::meta)));
    }
    return signals;
  }

  private static SignalMeta meta(MessagePackFields m) {
    return new SignalMeta(
        m.optionalText("unit"),
        m.optional("range") == null
            ? Optional.empty()
            : Optional.of(range(m.requiredList("range"))),
        m.optional("default") == null ? Optional.empty() : Optional.of(m.value("default")),
        m.optionalText("description"));
  }

  private static Message.Range range(List<Value> range) {
    if (range.size() != 2) {
      throw MessagePackCodec.bad("range must have two numbers");
    }
    return new Message.Range(
        MessagePackFields.number("range", range.get(0)),
        MessagePackFields.number("range", range.get(1)));
  }

  private static Message federationSync(MessagePackFields f) {
    FederationOperation operation =
        switch (f.text("op")) {
          case "DeclareNamespaces" -> FederationOperation.DECLARE_NAMESPACES;
          case "RequestSync" -> FederationOperation.REQUEST_SYNC;
          case "RevisionVector" -> FederationOperation.REVISION_VECTOR;
          case "SyncComplete" -> FederationOperation.SYNC_COMPLETE;
          default -> throw MessagePackCodec.bad("unknown federation operation");
        };
    Map<String, Long> revisions = new LinkedHashMap<>();
    f.map("revisions").ifPresent(r -> r.values().keySet().forEach(a -> revisions.put(a, r.u64(a))));
    return new Message.FederationSync(
        operation,
        f.texts("patterns"),
        revisions,
        f.optional64("since_revision"),
        f.optionalText("origin"));
  }
}
