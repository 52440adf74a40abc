package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscEncoder;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscProfile;
import dev.clasp.osc.OscStyle;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Signals as packets, each written once for all destinations of a kind. Thread-safe. */
final class Outbound {

  private final OscConfig config;
  private final EndpointContext context;
  private final OscProfile profile;
  private final KnownAddresses known;
  private final LongSupplier wallMicros;
  private final ReentrantLock lock = new ReentrantLock();
  private final OscEncoder encoder = new OscEncoder(OscCodec.MAX_PACKET);

  /**
   * @param wallMicros time of day in Unix microseconds
   */
  Outbound(
      OscConfig config, EndpointContext context, KnownAddresses known, LongSupplier wallMicros) {
    this.config = config;
    this.context = context;
    this.profile =
        context.profile() == TypeProfile.STANDARD ? OscProfile.STANDARD : OscProfile.COMPATIBLE;
    this.known = known;
    this.wallMicros = wallMicros;
  }

  /** Sends to all who want it. */
  void send(Parcel parcel, List<? extends Destination> destinations) {
    for (MappedSignal signal : parcel.signals()) {
      known.add(OscAddresses.encode(signal.address()));
    }
    lock.lock();
    try {
      send(parcel, destinations, false);
      send(parcel, destinations, true);
    } finally {
      lock.unlock();
    }
  }

  /** Sends messages of the bridge itself. */
  void say(List<OscMessage> messages, List<? extends Destination> destinations) {
    lock.lock();
    try {
      for (OscMessage message : messages) {
        write(message, destinations);
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(Parcel parcel, List<? extends Destination> all, boolean wide) {
    List<Destination> destinations = new ArrayList<>(all.size());
    for (Destination each : all) {
      if (each.wide() == wide) {
        destinations.add(each);
      }
    }
    if (destinations.isEmpty()) {
      return;
    }
    List<OscMessage> messages = new ArrayList<>(parcel.signals().size());
    for (MappedSignal signal : parcel.signals()) {
      message(signal, wide).ifPresent(messages::add);
    }
    List<Destination> unfiltered = new ArrayList<>(destinations.size());
    for (Destination destination : destinations) {
      List<OscMessage> wanted =
          messages.stream().filter(message -> destination.accepts(message.address())).toList();
      if (wanted.size() == messages.size()) {
        unfiltered.add(destination);
      } else {
        together(parcel, wanted, List.of(destination));
      }
    }
    together(parcel, messages, unfiltered);
  }

  private void together(
      Parcel parcel, List<OscMessage> messages, List<? extends Destination> destinations) {
    if (messages.isEmpty() || destinations.isEmpty()) {
      return;
    }
    boolean bundle =
        config.bundles()
            && (parcel.timeMicros().isPresent() || parcel.atomic() && messages.size() > 1);
    if (bundle) {
      bundle(time(parcel.timeMicros()), messages, destinations);
    } else {
      for (OscMessage message : messages) {
        write(message, destinations);
      }
    }
  }

  /** The time of the router as the time of day. */
  private OscTimeTag time(OptionalLong routerMicros) {
    return routerMicros.isPresent()
        ? OscTimeTag.ofUnixMicros(
            wallMicros.getAsLong() + routerMicros.getAsLong() - context.routerMicros())
        : OscTimeTag.IMMEDIATELY;
  }

  private void bundle(
      OscTimeTag time, List<OscMessage> messages, List<? extends Destination> destinations) {
    if (messages.size() > 1 && !fits(new OscBundle(time, List.copyOf(messages)), destinations)) {
      // Rather in two parts than not at all.
      int half = messages.size() / 2;
      bundle(time, messages.subList(0, half), destinations);
      bundle(time, messages.subList(half, messages.size()), destinations);
      return;
    }
    write(new OscBundle(time, List.copyOf(messages)), destinations);
  }

  private boolean fits(OscPacket packet, List<? extends Destination> destinations) {
    int limit = destinations.stream().mapToInt(Destination::maxBytes).min().orElse(0);
    try {
      return encoder.encode(packet) <= limit;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void write(OscPacket packet, List<? extends Destination> destinations) {
    int length;
    try {
      length = encoder.encode(packet);
    } catch (IllegalArgumentException e) {
      context.dropped(String.valueOf(e.getMessage()));
      return;
    }
    for (Destination destination : destinations) {
      if (length > destination.maxBytes()) {
        context.dropped(
            "a packet of "
                + length
                + " bytes is too long for "
                + destination
                + ", which takes "
                + destination.maxBytes());
      } else {
        destination.send(encoder.buffer(), length);
      }
    }
  }

  private Optional<OscMessage> message(MappedSignal signal, boolean wide) {
    String address = OscAddresses.encode(signal.address());
    if (!address.startsWith("/")) {
      context.dropped("an OSC address begins with a slash: " + address);
      return Optional.empty();
    }
    try {
      return Optional.of(new OscMessage(address, arguments(signal, address, wide)));
    } catch (IllegalArgumentException e) {
      context.dropped(address + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private List<OscArgument> arguments(MappedSignal signal, String address, boolean wide) {
    Value value = config.arguments().clamp(address, signal.value());
    if (signal.hints().get("types") instanceof Value.Text(String tags)) {
      return OscValues.arguments(value, tags);
    }
    Optional<String> tags = config.arguments().tags(address);
    if (tags.isPresent()) {
      return OscValues.arguments(value, tags.get());
    }
    boolean asked =
        signal.hints().get("width") instanceof Value.Int(long width) ? width == 64 : wide;
    return profile.arguments(signal.type(), value, new OscStyle(asked, config.nestedArrays()));
  }
}
