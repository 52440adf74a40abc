package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscPattern;
import dev.clasp.osc.OscProfile;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.AddressRules;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Packets as signals. Thread-safe. */
final class Inbound {

  /** Signals that the patterns of one packet may become: a small datagram must not make a storm. */
  static final int MAX_EXPANDED = 2048;

  /** Of text and bytes (wire.md 4.2). */
  private static final int MAX_VALUE = 65_535;

  private final OscConfig config;
  private final EndpointContext context;
  private final OscProfile profile;
  private final KnownAddresses known;
  private final LongSupplier wallMicros;

  /**
   * @param wallMicros time of day in Unix microseconds, which is what senders mean
   */
  Inbound(
      OscConfig config, EndpointContext context, KnownAddresses known, LongSupplier wallMicros) {
    this.config = config;
    this.context = context;
    this.profile =
        context.profile() == TypeProfile.STANDARD ? OscProfile.STANDARD : OscProfile.COMPATIBLE;
    this.known = known;
    this.wallMicros = wallMicros;
  }

  /** Takes one packet. */
  void packet(byte[] bytes, int offset, int length, Optional<String> peer) {
    read(bytes, offset, length, peer).ifPresent(packet -> deliver(packet, peer));
  }

  /** A packet; empty if it is none, which is told. */
  Optional<OscPacket> read(byte[] bytes, int offset, int length, Optional<String> peer) {
    try {
      return Optional.of(OscCodec.decode(bytes, offset, length));
    } catch (OscException e) {
      context.dropped("from " + peer.orElse("somebody") + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Gives the host what is in a packet. */
  void deliver(OscPacket packet, Optional<String> peer) {
    switch (packet) {
      case OscMessage message -> {
        if (OscPattern.isPattern(message.address())) {
          Opened opened = new Opened(peer);
          opened.message(message);
          opened.deliver(false, OptionalLong.empty());
        } else {
          signal(message, peer)
              .ifPresent(signal ->
                  context.receive(new Parcel(List.of(signal), false, OptionalLong.empty(), peer)));
        }
      }
      case OscBundle bundle -> bundle(bundle, peer);
    }
  }

  // --- bundles -----------------------------------------------------------------------------------

  private void bundle(OscBundle bundle, Optional<String> peer) {
    OptionalLong time = due(bundle.time(), peer);
    Opened opened = new Opened(peer);
    opened.elements(bundle, time);
    opened.deliver(true, time);
    for (OscBundle later : opened.later) {
      bundle(later, peer);
    }
  }

  /** The signals of one moment. */
  private final class Opened {
    final Optional<String> peer;
    final List<MappedSignal> signals = new ArrayList<>();

    /** Bundles in it that happen after it. */
    final List<OscBundle> later = new ArrayList<>();

    private int expanded;

    Opened(Optional<String> peer) {
      this.peer = peer;
    }

    void elements(OscBundle bundle, OptionalLong time) {
      for (OscPacket element : bundle.elements()) {
        switch (element) {
          case OscMessage message -> message(message);
          case OscBundle inner -> {
            OptionalLong innerTime = due(inner.time(), peer);
            if (innerTime.isPresent() && innerTime.getAsLong() > time.orElse(Long.MIN_VALUE)) {
              later.add(inner);
            } else {
              elements(inner, time);
            }
          }
        }
      }
    }

    void message(OscMessage message) {
      String address = message.address();
      if (!OscPattern.isPattern(address)) {
        signal(message, peer).ifPresent(signals::add);
        return;
      }
      List<String> matching = List.of();
      if (config.patterns() != OscConfig.Patterns.LITERAL) {
        try {
          matching = known.matching(OscPattern.compile(address));
        } catch (OscException e) {
          context.dropped("from " + peer.orElse("somebody") + ": " + e.getMessage());
          return;
        }
      }
      if (!matching.isEmpty()) {
        expanded += matching.size();
        if (expanded > MAX_EXPANDED) {
          context.dropped(
              "the pattern " + address + " matches too many addresses, more than " + MAX_EXPANDED);
          return;
        }
        for (String each : matching) {
          signal(new OscMessage(each, message.arguments()), peer).ifPresent(signals::add);
        }
      } else if (config.patterns() == OscConfig.Patterns.EXPAND) {
        context.dropped("no address is known that the pattern " + address + " matches");
      } else {
        signal(OscAddresses.literal(address), address, message.arguments(), peer)
            .ifPresent(signals::add);
      }
    }

    void deliver(boolean atomic, OptionalLong time) {
      if (!signals.isEmpty()) {
        context.receive(new Parcel(signals, atomic && signals.size() > 1, time, peer));
      }
    }
  }

  /** When that is for the router; empty for at once. */
  private OptionalLong due(OscTimeTag tag, Optional<String> peer) {
    if (!config.timeTags() || tag.immediately()) {
      return OptionalLong.empty();
    }
    long ahead = tag.unixMicros() - wallMicros.getAsLong();
    if (ahead <= 0) {
      return OptionalLong.empty();
    }
    if (ahead > config.timeLimit().toNanos() / 1000) {
      context.error(
          "a bundle from "
              + peer.orElse("somebody")
              + " is "
              + ahead / 1_000_000
              + " s ahead and happens at once: are the clocks right? (time_limit)");
      return OptionalLong.empty();
    }
    return OptionalLong.of(context.routerMicros() + ahead);
  }

  // --- messages ----------------------------------------------------------------------------------

  private Optional<MappedSignal> signal(OscMessage message, Optional<String> peer) {
    String osc = message.address();
    return signal(OscAddresses.decode(osc), osc, message.arguments(), peer);
  }

  private Optional<MappedSignal> signal(
      String address, String osc, List<OscArgument> arguments, Optional<String> peer) {
    if (!known.contains(osc)) {
      String violation = AddressRules.violation(address);
      if (violation != null) {
        context.dropped("from " + peer.orElse("somebody") + ": " + violation);
        return Optional.empty();
      }
      if (!OscPattern.isPattern(osc)) {
        known.add(osc);
      }
    }
    for (OscArgument argument : arguments) {
      if (tooLong(argument)) {
        context.dropped(osc + " has an argument of more than " + MAX_VALUE + " bytes");
        return Optional.empty();
      }
    }
    return Optional.of(
        new MappedSignal(
            address,
            profile.type(arguments),
            config.arguments().clamp(osc, profile.value(arguments))));
  }

  private static boolean tooLong(OscArgument argument) {
    return switch (argument) {
      case OscArgument.Blob(byte[] bytes) -> bytes.length > MAX_VALUE;
      case OscArgument.Text(String text) -> text.length() > MAX_VALUE / 3 && utf8(text) > MAX_VALUE;
      case OscArgument.Array(var elements) -> elements.stream().anyMatch(Inbound::tooLong);
      default -> false;
    };
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
