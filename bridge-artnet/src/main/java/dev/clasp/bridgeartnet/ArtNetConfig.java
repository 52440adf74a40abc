package dev.clasp.bridgeartnet;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.dmx.DmxPath;
import dev.clasp.dmx.DmxSettings;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SortedSet;

/**
 * The settings of a bridge to Art-Net.
 *
 * @param networkInterface name or address; empty for all
 * @param universes that are received; empty for all
 * @param outputUniverses that are sent; empty for all that somebody writes
 * @param targets for {@link Send#TARGETS}
 * @param poll who is polled beside the broadcast addresses
 * @param sync whether ArtSync follows frames of several universes
 */
record ArtNetConfig(
    HostPort bind,
    String networkInterface,
    SortedSet<Integer> universes,
    SortedSet<Integer> outputUniverses,
    Send send,
    List<HostPort> targets,
    boolean node,
    boolean controller,
    List<HostPort> poll,
    String shortName,
    String longName,
    boolean sync,
    boolean rdm,
    DmxSettings dmx) {

  static final int PORT = 6454;
  private static final int MAX_HOSTS = 256;
  private static final int MAX_SHORT = 17;
  private static final int MAX_LONG = 63;

  /** Who gets levels. */
  enum Send {
    /** Nodes that say in their replies that they want the universe. */
    SUBSCRIBED,
    TARGETS,
    BROADCAST,
    OFF
  }

  static final List<BridgeSetting> SETTINGS = settings();

  private static List<BridgeSetting> settings() {
    List<BridgeSetting> all = new ArrayList<>();
    all.add(
        new BridgeSetting(
            "bind",
            Kind.ENDPOINT,
            Value.of("0.0.0.0:" + PORT),
            "Address and port of this machine: Art-Net is on 6454, which others expect."));
    all.add(
        new BridgeSetting(
            "interface",
            Kind.TEXT,
            Value.NULL,
            "The network, by the name or the address of its interface, if there are several."));
    all.add(
        new BridgeSetting(
            "universes",
            Kind.LIST,
            Value.NULL,
            "Port-addresses that are received and asked for: 0-3, 17, 0/1/2 (net/subnet/universe);"
                + " all if there are none."));
    all.add(
        new BridgeSetting(
            "universe", Kind.INTEGER, Value.NULL, "A single one of them, 0 to 32767."));
    all.add(
        new BridgeSetting(
            "output_universes",
            Kind.LIST,
            Value.NULL,
            "Port-addresses that may be sent; if there are none, all that somebody writes, except"
                + " those in universes."));
    all.add(
        new BridgeSetting(
            "send",
            Kind.CHOICE,
            Value.NULL,
            "Who gets what the router has: nodes that ask for it (subscribed), the targets (if"
                + " there are any), everybody (broadcast, which Art-Net 4 forbids), or nobody.",
            List.of("subscribed", "targets", "broadcast", "off")));
    all.add(
        new BridgeSetting(
            "targets", Kind.LIST, Value.NULL, "Addresses or names that get every universe."));
    all.add(
        new BridgeSetting(
            "node", Kind.SWITCH, Value.TRUE, "Answer polls, so that consoles list the bridge."));
    all.add(
        new BridgeSetting(
            "controller", Kind.SWITCH, Value.TRUE, "Poll, and keep a list of the nodes."));
    all.add(
        new BridgeSetting(
            "poll",
            Kind.LIST,
            Value.NULL,
            "Addresses that are polled as well: nodes that broadcasts do not reach."));
    all.add(
        new BridgeSetting(
            "short_name", Kind.TEXT, Value.of("CLASP"), "Name in lists, at most 17 characters."));
    all.add(
        new BridgeSetting(
            "long_name",
            Kind.TEXT,
            Value.of("CLASP bridge"),
            "Name in full, at most 63 characters."));
    all.add(
        new BridgeSetting(
            "sync",
            Kind.SWITCH,
            Value.FALSE,
            "Send ArtSync behind frames of several universes that belong together."));
    all.add(
        new BridgeSetting(
            "rdm",
            Kind.SWITCH,
            Value.FALSE,
            "Find devices of RDM behind the nodes, and let their label, address, personality and"
                + " identify be written."));
    for (BridgeSetting shared : DmxSettings.SETTINGS) {
      all.add(shared.name().equals("max_sources") ? two(shared) : shared);
    }
    return List.copyOf(all);
  }

  /** Art-Net merges two. */
  private static BridgeSetting two(BridgeSetting shared) {
    return new BridgeSetting(
        shared.name(), shared.kind(), Value.of(2), shared.description(), shared.choices());
  }

  /**
   * Reads them.
   *
   * @throws BridgeException (lasting) names the setting and what it takes
   */
  static ArtNetConfig of(BridgeSettings settings, TypeProfile profile) {
    SortedSet<Integer> universes = PortAddresses.parse("universes", settings.list("universes"));
    settings
        .integer("universe")
        .ifPresent(one -> universes.addAll(PortAddresses.parse("universe", List.of("" + one))));
    List<HostPort> targets = hosts(settings, "targets");
    Send send =
        settings
            .text("send")
            .map(text -> Send.valueOf(text.toUpperCase(Locale.ROOT)))
            .orElse(targets.isEmpty() ? Send.SUBSCRIBED : Send.TARGETS);
    if (send == Send.TARGETS && targets.isEmpty()) {
      throw BridgeException.lasting("send is targets, but there are none: set targets");
    }
    boolean controller = settings.on("controller");
    if (send == Send.SUBSCRIBED && !controller) {
      throw BridgeException.lasting(
          "send is subscribed, but without controller nobody is asked what they want: set targets,"
              + " or send to off");
    }
    if (settings.on("rdm") && !controller) {
      throw BridgeException.lasting("rdm needs controller");
    }
    return new ArtNetConfig(
        host("bind", settings.text("bind").orElseThrow(), PORT),
        settings.text("interface").orElse(""),
        universes,
        PortAddresses.parse("output_universes", settings.list("output_universes")),
        send,
        targets,
        settings.on("node"),
        controller,
        hosts(settings, "poll"),
        name(settings, "short_name", MAX_SHORT),
        name(settings, "long_name", MAX_LONG),
        settings.on("sync"),
        settings.on("rdm"),
        DmxSettings.of(
            settings,
            profile,
            DmxPath.Form.ARTNET,
            Duration.ofNanos(ArtNetInput.SOURCE_NANOS),
            OptionalInt.empty()));
  }

  private static HostPort host(String name, String text, int port) {
    HostPort host = HostPort.parse(name, text, port);
    if (host.host().contains(":")) {
      throw BridgeException.lasting(
          name + " must be an IPv4 address or a name, perhaps with a port, not " + text);
    }
    return host;
  }

  private static List<HostPort> hosts(BridgeSettings settings, String name) {
    List<HostPort> hosts = settings.list(name).stream().map(text -> host(name, text, 0)).toList();
    if (hosts.size() > MAX_HOSTS || hosts.stream().anyMatch(host -> host.host().isEmpty())) {
      throw BridgeException.lasting(name + " must be addresses or names, at most " + MAX_HOSTS);
    }
    return hosts;
  }

  private static String name(BridgeSettings settings, String name, int most) {
    String text = settings.text(name).orElseThrow();
    boolean ascii = text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    if (!ascii || text.length() > most) {
      throw BridgeException.lasting(
          name + " must be at most " + most + " characters of ASCII, not " + text);
    }
    return text;
  }

  boolean receives(int portAddress) {
    return universes.isEmpty() || universes.contains(portAddress);
  }

  /**
   * What is named as received is not sent unless it is named there, too: the values that a router
   * has kept of a console shall not come back as ours.
   */
  boolean sends(int portAddress) {
    return outputUniverses.isEmpty()
        ? !universes.contains(portAddress)
        : outputUniverses.contains(portAddress);
  }
}
