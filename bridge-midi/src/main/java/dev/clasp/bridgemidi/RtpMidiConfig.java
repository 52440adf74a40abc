package dev.clasp.bridgemidi;

import static dev.clasp.bridgemidi.PortOptions.flag;
import static dev.clasp.bridgemidi.PortOptions.matches;
import static dev.clasp.bridgemidi.PortOptions.text;
import static dev.clasp.bridgemidi.PortOptions.texts;
import static dev.clasp.bridgemidi.PortOptions.whole;

import dev.clasp.bridge.spi.AllowList;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A session of RTP-MIDI. Immutable.
 *
 * @param name as others see it
 * @param bind address and control port of ours; the data port is the next one. Port 0 for any two
 * @param invite whom we invite
 * @param find names, with {@code *} and {@code ?}, of whom we invite when they appear on the
 *     network
 * @param accept whether others may invite us
 * @param allow addresses that may; none for all
 * @param names names that may, with {@code *} and {@code ?}; none for all
 * @param announce whether others see us by mDNS
 * @param interfaces network interfaces for mDNS; none for all
 * @param jitterNanos how long after its time a message is handed on; 0 for at once
 * @param journal whether we send one
 * @param maxPeers others at the same time, with those that are just coming
 * @param packetRate packets each second from one of them; more are dropped
 * @param maxSysEx bytes of the longest message that is taken
 * @param timeoutNanos silence after which another is taken for gone
 */
record RtpMidiConfig(
    String name,
    HostPort bind,
    List<HostPort> invite,
    Optional<String> find,
    boolean accept,
    AllowList allow,
    List<String> names,
    boolean announce,
    List<String> interfaces,
    long jitterNanos,
    boolean journal,
    int maxPeers,
    int packetRate,
    int maxSysEx,
    long timeoutNanos) {

  static final int PORT = 5004;
  static final String HERE = "127.0.0.1";
  private static final int MAX_JITTER = 1_000;

  static final RtpMidiConfig DEFAULT =
      new RtpMidiConfig(
          "CLASP",
          new HostPort(HERE, 0),
          List.of(),
          Optional.empty(),
          false,
          AllowList.parse(List.of()),
          List.of(),
          false,
          List.of(),
          0,
          true,
          16,
          2_000,
          65_536,
          TimeUnit.SECONDS.toNanos(60));

  RtpMidiConfig {
    invite = List.copyOf(invite);
    names = List.copyOf(names);
    interfaces = List.copyOf(interfaces);
  }

  /** {@code rtp://HOST:PORT}: we invite. Our socket is where the other can be reached from. */
  static RtpMidiConfig inviting(HostPort other) {
    boolean here = other.host().equals("localhost") || other.host().startsWith("127.");
    return DEFAULT.withInvite(List.of(other)).withBind(new HostPort(here ? HERE : "", 0));
  }

  /** {@code rtp-find://PATTERN}: we invite whoever has such a name. */
  static RtpMidiConfig finding(String pattern) {
    return DEFAULT.withBind(new HostPort("", 0)).withFind(pattern);
  }

  /** {@code rtp-listen://ADDRESS:PORT}: others invite us. */
  static RtpMidiConfig listening(HostPort where) {
    return DEFAULT.withAccept(true).withBind(where);
  }

  /**
   * With what the user set.
   *
   * @throws BridgeException lasting
   */
  RtpMidiConfig with(Map<String, Value> options) {
    RtpMidiConfig config = this;
    for (Map.Entry<String, Value> option : options.entrySet()) {
      config = config.with(option.getKey(), option.getValue());
    }
    return config;
  }

  private RtpMidiConfig with(String key, Value value) {
    return switch (key) {
      case "name" -> withName(PortOptions.name(text(key, value)));
      case "bind" -> withBind(HostPort.parse(key, text(key, value), bind.port()));
      case "invite" ->
          withInvite(
              texts(key, value).stream().map(each -> HostPort.parse(key, each, PORT)).toList());
      case "find" -> withFind(text(key, value));
      case "accept" -> withAccept(flag(key, value));
      case "allow" -> withAllow(AllowList.parse(texts(key, value)));
      case "names" -> withNames(texts(key, value));
      case "announce" -> withAnnounce(flag(key, value));
      case "interfaces" -> withInterfaces(texts(key, value));
      case "jitter" -> withJitterNanos(whole(key, value, 0, MAX_JITTER) * 1_000_000L);
      case "journal" -> withJournal(flag(key, value));
      case "peers" -> withMaxPeers(whole(key, value, 1, 256));
      case "packets" -> withPacketRate(whole(key, value, 10, 100_000));
      case "sysex" -> withMaxSysEx(whole(key, value, 16, 16_777_216));
      case "timeout" -> withTimeoutNanos(whole(key, value, 5, 3_600) * 1_000_000_000L);
      default ->
          throw BridgeException.lasting(
              "there is no option "
                  + key
                  + " for RTP-MIDI; there are name, bind, invite, find, accept, allow, names,"
                  + " announce, interfaces, jitter, journal, peers, packets, sysex, timeout");
    };
  }

  /** Whether another with this name may invite us. */
  boolean mayInvite(String other) {
    return names.isEmpty() || names.stream().anyMatch(each -> matches(each, other));
  }

  /** Whether we invite one of this name that has appeared. */
  boolean looksFor(String other) {
    return find.isPresent() && matches(find.get(), other);
  }

  /** What mDNS is asked, and told. */
  MidiNeighbours.Wanted wanted() {
    return new MidiNeighbours.Wanted(
        MidiNeighbours.RTP,
        name,
        Map.of(),
        announce,
        find.map(_ -> this::looksFor),
        interfaces,
        bind);
  }

  RtpMidiConfig withName(String value) {
    return with(draft -> draft.name = value);
  }

  RtpMidiConfig withBind(HostPort value) {
    return with(draft -> draft.bind = value);
  }

  RtpMidiConfig withInvite(List<HostPort> value) {
    return with(draft -> draft.invite = value);
  }

  RtpMidiConfig withFind(String value) {
    return with(draft -> draft.find = Optional.of(value));
  }

  RtpMidiConfig withAccept(boolean value) {
    return with(draft -> draft.accept = value);
  }

  RtpMidiConfig withAllow(AllowList value) {
    return with(draft -> draft.allow = value);
  }

  RtpMidiConfig withNames(List<String> value) {
    return with(draft -> draft.names = value);
  }

  RtpMidiConfig withAnnounce(boolean value) {
    return with(draft -> draft.announce = value);
  }

  RtpMidiConfig withInterfaces(List<String> value) {
    return with(draft -> draft.interfaces = value);
  }

  RtpMidiConfig withJitterNanos(long value) {
    return with(draft -> draft.jitterNanos = value);
  }

  RtpMidiConfig withJournal(boolean value) {
    return with(draft -> draft.journal = value);
  }

  RtpMidiConfig withMaxPeers(int value) {
    return with(draft -> draft.maxPeers = value);
  }

  RtpMidiConfig withPacketRate(int value) {
    return with(draft -> draft.packetRate = value);
  }

  RtpMidiConfig withMaxSysEx(int value) {
    return with(draft -> draft.maxSysEx = value);
  }

  RtpMidiConfig withTimeoutNanos(long value) {
    return with(draft -> draft.timeoutNanos = value);
  }

  private RtpMidiConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.config();
  }

  /** One that can be changed, so that a change names only what it is about. */
  private static final class Draft {
    private String name;
    private HostPort bind;
    private List<HostPort> invite;
    private Optional<String> find;
    private boolean accept;
    private AllowList allow;
    private List<String> names;
    private boolean announce;
    private List<String> interfaces;
    private long jitterNanos;
    private boolean journal;
    private int maxPeers;
    private int packetRate;
    private int maxSysEx;
    private long timeoutNanos;

    Draft(RtpMidiConfig config) {
      name = config.name;
      bind = config.bind;
      invite = config.invite;
      find = config.find;
      accept = config.accept;
      allow = config.allow;
      names = config.names;
      announce = config.announce;
      interfaces = config.interfaces;
      jitterNanos = config.jitterNanos;
      journal = config.journal;
      maxPeers = config.maxPeers;
      packetRate = config.packetRate;
      maxSysEx = config.maxSysEx;
      timeoutNanos = config.timeoutNanos;
    }

    RtpMidiConfig config() {
      return new RtpMidiConfig(
          name,
          bind,
          invite,
          find,
          accept,
          allow,
          names,
          announce,
          interfaces,
          jitterNanos,
          journal,
          maxPeers,
          packetRate,
          maxSysEx,
          timeoutNanos);
    }
  }
}
