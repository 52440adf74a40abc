package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.CborValues;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessagePackValues;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Messages of one format as signals and back (bridges.md 10.2 and 10.3). Thread-safe.
 *
 * <p>Addresses are verbatim, or paths below the namespace; that is the same here, but for messages
 * without an address: they get one in the namespace.
 */
final class Translation {

  private static final int MAX_MEMBERS = 1000;

  private final MessageFormat format;
  private final boolean standard;
  private final Supplier<String> home;

  /**
   * @param standard tell events from parameters, both ways; else everything that comes is a SET
   * @param home what stands in front of {@code /message}, {@code /text} and {@code /binary}: the
   *     namespace if addresses are verbatim, else nothing
   */
  Translation(MessageFormat format, boolean standard, Supplier<String> home) {
    this.format = format;
    this.standard = standard;
    this.home = home;
  }

  // --- what comes --------------------------------------------------------------------------------

  /**
   * The signals of a message; none if a CLASP frame carries no signal.
   *
   * @throws UnusableMessage it has no usable address
   */
  Parcel read(SocketMessage message, String peer) {
    List<MappedSignal> signals = new ArrayList<>();
    boolean atomic = false;
    OptionalLong time = OptionalLong.empty();
    switch (format) {
      case MSGPACK -> {
        if (message.text()) {
          signals.add(strictly(message.string()));
        } else {
          Optional<Message> frame = frame(message.bytes());
          if (frame.isEmpty()) {
            signals.add(unaddressed("binary", Value.of(message.bytes())));
          } else {
            signals(frame.get(), signals);
            if (frame.get() instanceof Message.Bundle bundle) {
              atomic = true;
              time = bundle.timestampMicros();
            }
          }
        }
      }
      case JSON, RAW, JSON_RPC ->
          signals.add(
              message.text()
                  ? text(message.string())
                  : unaddressed("binary", Value.of(message.bytes())));
      case MESSAGEPACK, CBOR ->
          signals.add(
              message.text()
                  ? text(message.string())
                  : value(message.bytes())
                      .map(this::document)
                      .orElseGet(() -> unaddressed("binary", Value.of(message.bytes()))));
    }
    for (MappedSignal signal : signals) {
      String wrong = AddressRules.violation(signal.address());
      if (wrong != null) {
        throw new UnusableMessage(wrong);
      }
    }
    return new Parcel(signals, atomic && signals.size() > 1, time, Optional.of(peer));
  }

  private Optional<Value> value(byte[] bytes) {
    return format == MessageFormat.CBOR ? CborValues.read(bytes) : MessagePackValues.read(bytes);
  }

  private MappedSignal text(String text) {
    return JsonValues.parse(text)
        .map(this::document)
        .orElseGet(() -> unaddressed("text", Value.of(text)));
  }

  /** In the format of CLASP frames, only what has both members counts as a signal. */
  private MappedSignal strictly(String text) {
    Optional<Value> json = JsonValues.parse(text);
    return json.isPresent()
            && json.get() instanceof Value.Map(Map<String, Value> entries)
            && entries.get("address") instanceof Value.Text
            && entries.containsKey("value")
        ? document(json.get())
        : unaddressed("text", Value.of(text));
  }

  /** A map with an address, or any other value. */
  private MappedSignal document(Value document) {
    if (!(document instanceof Value.Map(Map<String, Value> entries))) {
      return unaddressed("message", document);
    }
    Value content =
        entries.containsKey("value")
            ? entries.get("value")
            : entries.containsKey("data") ? entries.get("data") : document;
    if (!(entries.get("address") instanceof Value.Text(String address))) {
      return unaddressed("message", content);
    }
    return new MappedSignal(
        address.startsWith("/") ? address : "/" + address, type(entries.get("type")), content);
  }

  private SignalType type(@org.jspecify.annotations.Nullable Value said) {
    if (!standard || !(said instanceof Value.Text(String type))) {
      return SignalType.PARAM;
    }
    return switch (type) {
      case "event", "emit", "publish" -> SignalType.EVENT;
      case "stream" -> SignalType.STREAM;
      default -> SignalType.PARAM;
    };
  }

  private MappedSignal unaddressed(String kind, Value value) {
    return new MappedSignal(
        home.get() + "/" + kind, standard ? SignalType.EVENT : SignalType.PARAM, value);
  }

  private static Optional<Message> frame(byte[] bytes) {
    try {
      FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);
      return frame.length() == bytes.length ? Optional.of(frame.message()) : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  /** Signals in a message of CLASP. Others are between a client and a router, and carry none. */
  private static void signals(Message message, List<MappedSignal> into) {
    switch (message) {
      case Message.SetValue set ->
          into.add(new MappedSignal(set.address(), SignalType.PARAM, set.value()));
      case Message.Publish publish -> {
        SignalType type =
            publish.signal() == SignalType.STREAM || publish.signal() == SignalType.PARAM
                ? publish.signal()
                : SignalType.EVENT;
        into.add(new MappedSignal(publish.address(), type, content(publish.content())));
      }
      case Message.Bundle bundle -> {
        if (bundle.messages().size() > MAX_MEMBERS) {
          throw new UnusableMessage("a bundle of more than " + MAX_MEMBERS + " messages");
        }
        bundle.messages().forEach(member -> signals(member, into));
      }
      default -> {}
    }
  }

  private static Value content(Message.Content content) {
    return switch (content) {
      case Message.Content.None _ -> Value.NULL;
      case Message.Content.Single(Value value) -> value;
      case Message.Content.Samples samples -> {
        List<Value> values = new ArrayList<>();
        for (double sample : samples.samples()) {
          values.add(Value.of(sample));
        }
        yield Value.of(values);
      }
    };
  }

  // --- what goes ---------------------------------------------------------------------------------

  /**
   * The message of a signal; empty if the format has none.
   *
   * @throws EncodeException the value has no valid encoding
   */
  Optional<SocketMessage> write(MappedSignal signal) {
    return switch (format) {
      case JSON, JSON_RPC ->
          Optional.of(SocketMessage.text(JsonValues.text(Value.of(members(signal)))));
      case MESSAGEPACK ->
          Optional.of(SocketMessage.binary(MessagePackValues.write(Value.of(members(signal)))));
      case CBOR -> Optional.of(SocketMessage.binary(CborValues.write(Value.of(members(signal)))));
      case MSGPACK -> Optional.of(SocketMessage.binary(FrameCodec.encode(message(signal))));
      case RAW -> raw(signal);
    };
  }

  /** Address first, then value (bridges.md 10.3). */
  private Map<String, Value> members(MappedSignal signal) {
    Map<String, Value> members = new LinkedHashMap<>();
    members.put("address", Value.of(signal.address()));
    members.put("value", signal.value());
    if (standard && signal.type() != SignalType.PARAM) {
      members.put("type", Value.of(signal.type() == SignalType.STREAM ? "stream" : "event"));
    }
    return members;
  }

  private static Message message(MappedSignal signal) {
    return signal.type() == SignalType.PARAM
        ? new Message.SetValue(
            signal.address(), signal.value(), OptionalLong.empty(), false, false, Optional.empty())
        : new Message.Publish(
            signal.address(),
            signal.type(),
            GesturePhase.START,
            signal.value().equals(Value.NULL)
                ? Message.Content.NONE
                : Message.Content.of(signal.value()),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());
  }

  private static Optional<SocketMessage> raw(MappedSignal signal) {
    return switch (signal.value()) {
      case Value.Text(String text) -> Optional.of(SocketMessage.text(text));
      case Value.Bytes bytes -> Optional.of(SocketMessage.binary(bytes.value()));
      case Value.Null _ when signal.type() != SignalType.PARAM -> Optional.empty();
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Array _, Value.Map _ ->
          Optional.of(SocketMessage.text(JsonValues.text(signal.value())));
    };
  }

  /** A message that no signal can be made of; says why. */
  static final class UnusableMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableMessage(String why) {
      super(why, null, false, false);
    }
  }
}
