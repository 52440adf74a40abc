package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.AllowList;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The settings of one bridge, read. Immutable. */
record OscConfig(
    HostPort bind,
    Transport transport,
    List<TargetSpec> targets,
    List<String> multicast,
    Optional<String> networkInterface,
    int multicastTtl,
    boolean reply,
    OptionalInt replyPort,
    Duration replyTime,
    boolean initial,
    int width,
    boolean nestedArrays,
    Patterns patterns,
    boolean bundles,
    Duration gather,
    boolean timeTags,
    Duration timeLimit,
    ArgumentRules arguments,
    List<OscMessage> hello,
    List<Phrase.Repeated> keepAlive,
    int maxPacket,
    int receiveBuffer,
    AllowList allow) {

  /** What it listens with. */
  enum Transport {
    UDP(true, false),
    TCP(false, true),
    TCP_SLIP(false, true),
    UDP_TCP(true, true),
    NONE(false, false);

    private final boolean udp;
    private final boolean tcp;

    Transport(boolean udp, boolean tcp) {
      this.udp = udp;
      this.tcp = tcp;
    }

    boolean udp() {
      return udp;
    }

    boolean tcp() {
      return tcp;
    }
  }

  /** What becomes of an address with wildcards. */
  enum Patterns {
    /** Goes to all known addresses that match. */
    EXPAND,
    /** The same; if there is none, the pattern is taken as an address. */
    EXPAND_OR_LITERAL,
    /** Is taken as an address. */
    LITERAL
  }

  static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "bind",
              Kind.ENDPOINT,
              Value.NULL,
              "Address and port to listen on; port 0 takes a free one. Normally 127.0.0.1:8000, this"
                  + " machine only; all addresses if there are targets or multicast groups."),
          new BridgeSetting(
              "transport",
              Kind.CHOICE,
              Value.of("udp"),
              "What to listen with: udp, tcp (length prefix; SLIP is recognized), tcp-slip, udp-tcp"
                  + " for both, or none to connect to TCP targets only.",
              List.of("udp", "tcp", "tcp-slip", "udp-tcp", "none")),
          new BridgeSetting(
              "targets",
              Kind.TREE,
              Value.NULL,
              "Who gets what the router has: host:port, udp://, tcp:// or tcp-slip://host:port; or"
                  + " maps with url, filter and width."),
          new BridgeSetting(
              "multicast", Kind.LIST, Value.NULL, "Multicast groups to listen to: 239.0.0.1."),
          new BridgeSetting(
              "interface",
              Kind.TEXT,
              Value.NULL,
              "Network interface for multicast, by name or address; else the system chooses."),
          new BridgeSetting(
              "multicast_ttl",
              Kind.INTEGER,
              Value.of(1),
              "How many routers a multicast may pass, 0 to 255."),
          new BridgeSetting(
              "reply",
              Kind.SWITCH,
              Value.FALSE,
              "Send what the router has to everybody who was heard over UDP lately, too."),
          new BridgeSetting(
              "reply_port",
              Kind.INTEGER,
              Value.NULL,
              "The port where senders listen, if it is not the one that they send from; 1 to"
                  + " 65535."),
          new BridgeSetting(
              "reply_time",
              Kind.DURATION,
              Value.of("10m"),
              "How long after its last message a sender still gets replies; 1s to 24h."),
          new BridgeSetting(
              "initial",
              Kind.SWITCH,
              Value.FALSE,
              "Send the values that the router has already, when the bridge starts."),
          new BridgeSetting(
              "width",
              Kind.INTEGER,
              Value.of(32),
              "Numbers with 32 bits (i, f), or with 64 (h, d), which few programs understand."),
          new BridgeSetting(
              "arrays",
              Kind.CHOICE,
              Value.of("flat"),
              "Arrays in arrays: all their elements in a row (flat), or between [ and ] (nested).",
              List.of("flat", "nested")),
          new BridgeSetting(
              "patterns",
              Kind.CHOICE,
              Value.of("expand"),
              "Messages to a pattern: go to all known addresses that match (expand), else are an"
                  + " address of their own (expand-or-literal), or always (literal).",
              List.of("expand", "expand-or-literal", "literal")),
          new BridgeSetting(
              "bundles",
              Kind.SWITCH,
              Value.TRUE,
              "What happens together leaves as one bundle, with its time; else message by message."),
          new BridgeSetting(
              "gather",
              Kind.DURATION,
              Value.of("0s"),
              "What the router sends within this time leaves as one bundle, at most 1s: 2ms makes bundles"
                  + " of the bundles of CLASP again. 0s for each signal alone."),
          new BridgeSetting(
              "time_tags",
              Kind.SWITCH,
              Value.TRUE,
              "Bundles with a time in the future happen then; else at once."),
          new BridgeSetting(
              "time_limit",
              Kind.DURATION,
              Value.of("60s"),
              "A time further ahead is a wrong clock, and the bundle happens at once; up to 24h."),
          new BridgeSetting(
              "types",
              Kind.TREE,
              Value.NULL,
              "Type tags that receivers insist on, by OSC pattern: {\"/ch/*/mute\": \"i\"}."),
          new BridgeSetting(
              "ranges",
              Kind.TREE,
              Value.NULL,
              "Numbers are kept within, both ways, by OSC pattern: {\"/ch/*/fader\": [0, 1]}."),
          new BridgeSetting(
              "hello",
              Kind.LIST,
              Value.NULL,
              "Messages to every target at the start and on every connect: /eos/subscribe 1."),
          new BridgeSetting(
              "keepalive",
              Kind.LIST,
              Value.NULL,
              "Messages to every target again and again: /xremote every 9s."),
          new BridgeSetting(
              "max_packet",
              Kind.INTEGER,
              Value.of(OscCodec.MAX_DATAGRAM),
              "Bytes that a packet of a stream may have, 1024 to 16777216."),
          new BridgeSetting(
              "receive_buffer",
              Kind.INTEGER,
              Value.of(4 << 20),
              "Bytes of the socket's buffer for UDP, 4096 to 268435456; the system may give less."),
          new BridgeSetting(
              "allow",
              Kind.LIST,
              Value.NULL,
              "Addresses and networks that may send, 192.168.1.0/24; nothing for all."));

  static OscConfig of(BridgeSettings settings) {
    int width = width(settings.integer("width").orElse(32), "width");
    OscConfig config =
        new OscConfig(
            HostPort.parse(
                "bind",
                settings.text("bind").orElse(local(settings) ? "127.0.0.1:8000" : ":8000"),
                8000),
            Transport.valueOf(constant(settings, "transport")),
            TargetSpec.parse(settings.tree("targets"), width),
            settings.list("multicast"),
            settings.text("interface"),
            settings.whole("multicast_ttl", 0, 255),
            settings.on("reply"),
            settings.has("reply_port")
                ? OptionalInt.of(settings.whole("reply_port", 1, 65_535))
                : OptionalInt.empty(),
            time(settings, "reply_time", Duration.ofSeconds(1)),
            settings.on("initial"),
            width,
            constant(settings, "arrays").equals("NESTED"),
            Patterns.valueOf(constant(settings, "patterns")),
            settings.on("bundles"),
            gather(settings),
            settings.on("time_tags"),
            time(settings, "time_limit", Duration.ZERO),
            ArgumentRules.parse(settings.tree("types"), settings.tree("ranges")),
            settings.list("hello").stream().map(text -> Phrase.parse("hello", text)).toList(),
            settings.list("keepalive").stream().map(Phrase::repeated).toList(),
            settings.whole("max_packet", 1024, OscCodec.MAX_PACKET),
            settings.whole("receive_buffer", 4096, 256 << 20),
            AllowList.parse(settings.list("allow")));
    if (config.transport() == Transport.NONE && config.targets().isEmpty()) {
      throw BridgeException.lasting("transport none needs targets to connect to");
    }
    if (!config.multicast().isEmpty() && !config.transport().udp()) {
      throw BridgeException.lasting("multicast needs transport udp or udp-tcp");
    }
    if (config.reply() && !config.transport().udp()) {
      throw BridgeException.lasting(
          "reply is for udp; who is connected over tcp gets what the router has anyway");
    }
    return config;
  }

  /** Without somebody to talk to in the network nobody there shall talk to us (SEC-03). */
  private static boolean local(BridgeSettings settings) {
    return settings.tree("targets").equals(Value.NULL) && settings.list("multicast").isEmpty();
  }

  private static Duration gather(BridgeSettings settings) {
    Duration time = settings.duration("gather").orElse(Duration.ZERO);
    if (time.compareTo(Duration.ofSeconds(1)) > 0) {
      throw BridgeException.lasting("gather must be from 0s to 1s");
    }
    return time;
  }

  private static String constant(BridgeSettings settings, String name) {
    return settings.text(name).orElseThrow().toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static Duration time(BridgeSettings settings, String name, Duration least) {
    Duration time = settings.duration(name).orElseThrow();
    if (time.compareTo(least) < 0 || time.compareTo(Duration.ofHours(24)) > 0) {
      throw BridgeException.lasting(name + " must be from " + least.toSeconds() + "s to 24h");
    }
    return time;
  }

  static int width(long bits, String setting) {
    if (bits != 32 && bits != 64) {
      throw BridgeException.lasting(setting + " must be 32 or 64, not " + bits);
    }
    return (int) bits;
  }

  /** Is there a socket for UDP, to listen or only to send? */
  boolean needsUdp() {
    return transport.udp() || targets.stream().anyMatch(target -> !target.stream());
  }
}
