package dev.clasp.bridgemidi;

import static dev.clasp.bridgemidi.PortOptions.flag;
import static dev.clasp.bridgemidi.PortOptions.matches;
import static dev.clasp.bridgemidi.PortOptions.text;
import static dev.clasp.bridgemidi.PortOptions.texts;
import static dev.clasp.bridgemidi.PortOptions.whole;

import dev.clasp.bridge.spi.AllowList;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.midi.NetMidi2Command;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A session of Network MIDI 2.0. Immutable.
 *
 * @param name of our endpoint, as others see it
 * @param product tells it from others of the same name
 * @param bind address and port of ours; port 0 for any
 * @param invite hosts whom we invite
 * @param find names, with {@code *} and {@code ?}, of hosts whom we invite when they appear
 * @param accept whether others may invite us: whether we are a host
 * @param allow addresses that may; none for all
 * @param announce whether others see us by mDNS
 * @param interfaces network interfaces for mDNS; none for all
 * @param group 0 to 15
 * @param protocol what channel messages we send
 * @param user with {@code secret}: who we are, or who others must be
 * @param secret what we show, or others must show; empty for none
 * @param repeats commands that are sent again with each one
 * @param maxPeers others at the same time, with those that are just coming
 * @param packetRate datagrams each second from one of them; more are dropped
 * @param maxSysEx bytes of the longest message that is taken
 * @param timeoutNanos silence after which another is taken for gone
 */
record NetMidi2Config(
    String name,
    String product,
    HostPort bind,
    List<HostPort> invite,
    Optional<String> find,
    boolean accept,
    AllowList allow,
    boolean announce,
    List<String> interfaces,
    int group,
    Protocol protocol,
    String user,
    String secret,
    int repeats,
    int maxPeers,
    int packetRate,
    int maxSysEx,
    long timeoutNanos) {

  /** What channel messages we send. */
  enum Protocol {
    /** Those of MIDI 2.0 to whom has agreed to them. */
    AUTO,
    MIDI1,
    MIDI2
  }

  /** No port is registered; programs that need one without mDNS have taken this one. */
  static final int PORT = 5673;

  static final String HERE = "127.0.0.1";

  static final NetMidi2Config DEFAULT =
      new NetMidi2Config(
          "CLASP",
          "CLASP",
          new HostPort(HERE, 0),
          List.of(),
          Optional.empty(),
          false,
          AllowList.parse(List.of()),
          false,
          List.of(),
          0,
          Protocol.AUTO,
          "",
          "",
          2,
          16,
          4_000,
          65_536,
          TimeUnit.SECONDS.toNanos(10));

  NetMidi2Config {
    invite = List.copyOf(invite);
    interfaces = List.copyOf(interfaces);
  }

  /** {@code midi2://HOST:PORT}: we invite. Our socket is where the other can be reached from. */
  static NetMidi2Config inviting(HostPort other) {
    boolean here = other.host().equals("localhost") || other.host().startsWith("127.");
    return new Draft(DEFAULT)
        .invite(List.of(other))
        .bind(new HostPort(here ? HERE : "", 0))
        .config();
  }

  /** {@code midi2-find://PATTERN}: we invite whoever has such a name. */
  static NetMidi2Config finding(String pattern) {
    return new Draft(DEFAULT).find(pattern).bind(new HostPort("", 0)).config();
  }

  /** {@code midi2-listen://ADDRESS:PORT}: others invite us. */
  static NetMidi2Config listening(HostPort where) {
    return new Draft(DEFAULT).accept(true).bind(where).config();
  }

  /**
   * With what the user set.
   *
   * @throws BridgeException lasting
   */
  NetMidi2Config with(Map<String, Value> options) {
    Draft draft = new Draft(this);
    options.forEach(draft::set);
    return draft.config();
  }

  /**
   * When all options are there.
   *
   * @throws BridgeException lasting
   */
  NetMidi2Config checked() {
    if (!user.isEmpty() && secret.isEmpty()) {
      throw BridgeException.lasting("with user there must be a secret, or secret_file");
    }
    return this;
  }

  /** Whether there is something to show, or to be shown. */
  boolean secured() {
    return !secret.isEmpty();
  }

  /** What mDNS is asked, and told (section 4.4). */
  MidiNeighbours.Wanted wanted() {
    return new MidiNeighbours.Wanted(
        MidiNeighbours.MIDI2,
        name,
        Map.of("UMPEndpointName", name, "ProductInstanceId", product),
        announce,
        find.map(pattern -> each -> matches(pattern, each)),
        interfaces,
        bind);
  }

  /** One that can be changed. */
  static final class Draft {
    private String name;
    private String product;
    private HostPort bind;
    private List<HostPort> invite;
    private Optional<String> find;
    private boolean accept;
    private AllowList allow;
    private boolean announce;
    private List<String> interfaces;
    private int group;
    private Protocol protocol;
    private String user;
    private String secret;
    private int repeats;
    private int maxPeers;
    private int packetRate;
    private int maxSysEx;
    private long timeoutNanos;

    Draft(NetMidi2Config config) {
      name = config.name;
      product = config.product;
      bind = config.bind;
      invite = config.invite;
      find = config.find;
      accept = config.accept;
      allow = config.allow;
      announce = config.announce;
      interfaces = config.interfaces;
      group = config.group;
      protocol = config.protocol;
      user = config.user;
      secret = config.secret;
      repeats = config.repeats;
      maxPeers = config.maxPeers;
      packetRate = config.packetRate;
      maxSysEx = config.maxSysEx;
      timeoutNanos = config.timeoutNanos;
    }

    Draft bind(HostPort value) {
      bind = value;
      return this;
    }

    Draft invite(List<HostPort> value) {
      invite = value;
      return this;
    }

    Draft find(String value) {
      find = Optional.of(value);
      return this;
    }

    Draft accept(boolean value) {
      accept = value;
      return this;
    }

    private void set(String key, Value value) {
      switch (key) {
        case "name" -> name = PortOptions.name(text(key, value));
        case "product" -> product = product(text(key, value));
        case "bind" -> bind = HostPort.parse(key, text(key, value), bind.port());
        case "invite" ->
            invite =
                texts(key, value).stream().map(each -> HostPort.parse(key, each, PORT)).toList();
        case "find" -> find = Optional.of(text(key, value));
        case "accept" -> accept = flag(key, value);
        case "allow" -> allow = AllowList.parse(texts(key, value));
        case "announce" -> announce = flag(key, value);
        case "interfaces" -> interfaces = texts(key, value);
        case "group" -> group = whole(key, value, 1, 16) - 1;
        case "protocol" -> protocol = protocol(text(key, value));
        case "user" -> user = text(key, value);
        case "secret" -> secret = text(key, value);
        case "secret_file" -> secret = file(text(key, value));
        case "repeats" -> repeats = whole(key, value, 0, 10);
        case "peers" -> maxPeers = whole(key, value, 1, 256);
        case "packets" -> packetRate = whole(key, value, 10, 100_000);
        case "sysex" -> maxSysEx = whole(key, value, 16, 16_777_216);
        case "timeout" -> timeoutNanos = whole(key, value, 5, 3_600) * 1_000_000_000L;
        default ->
            throw BridgeException.lasting(
                "there is no option "
                    + key
                    + " for Network MIDI 2.0; there are name, product, bind, invite, find, accept,"
                    + " allow, announce, interfaces, group, protocol, user, secret, secret_file,"
                    + " repeats, peers, packets, sysex, timeout");
      }
    }

    private static String product(String text) {
      if (!text.matches("[ -~]{1," + NetMidi2Command.LONGEST_PRODUCT + "}")) {
        throw BridgeException.lasting(
            "product must have 1 to "
                + NetMidi2Command.LONGEST_PRODUCT
                + " characters of ASCII, such as a serial number");
      }
      return text;
    }

    private static Protocol protocol(String text) {
      try {
        return Protocol.valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw BridgeException.lasting("protocol must be auto, midi1 or midi2, not " + text);
      }
    }

    private static String file(String text) {
      try {
        String line = Files.readString(Path.of(text)).lines().findFirst().orElse("");
        if (line.isBlank()) {
          throw BridgeException.lasting("secret_file: the first line of " + text + " is empty");
        }
        return line;
      } catch (IOException | InvalidPathException e) {
        throw BridgeException.lasting("secret_file: cannot read " + text + ": " + e.getMessage());
      }
    }

    NetMidi2Config config() {
      return new NetMidi2Config(
          name,
          product,
          bind,
          invite,
          find,
          accept,
          allow,
          announce,
          interfaces,
          group,
          protocol,
          user,
          secret,
          repeats,
          maxPeers,
          packetRate,
          maxSysEx,
          timeoutNanos);
    }
  }
}
