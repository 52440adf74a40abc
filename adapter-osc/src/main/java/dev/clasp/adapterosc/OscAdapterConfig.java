package dev.clasp.adapterosc;

import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscFraming;
import dev.clasp.osc.OscProfile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Settings of the adapter for OSC. Immutable.
 *
 * @param host address to bind; empty = that of the server
 * @param udpPort for datagrams; 0 = any free port, empty = none
 * @param tcpPort for connections; 0 = any free port, empty = none
 * @param framing of packets on a connection; empty = as the first byte suggests
 * @param namespace before every address of OSC; with a slash in front and none behind; empty = none
 * @param autoSubscribe every session gets everything below the namespace without asking
 * @param timeout a UDP session that says nothing for so long is over
 * @param replyPort where programs listen, on the address that they send from; empty = on the port
 *     that they send from
 * @param peers who has a session without asking for it
 * @param allowed who may come; empty = everybody
 * @param echo who does not hear what a program writes
 * @param profile what becomes an event
 * @param wide numbers go out as {@code h} and {@code d} instead of {@code i} and {@code f}
 * @param timeTags bundles happen at their time; else at once
 * @param literalPatterns a pattern that matches nothing is taken as an address, with {@code %2A}
 *     for {@code *}
 * @param groups of which groups datagrams are taken too
 * @param maxSessions of all programs
 * @param maxSessionsPerHost of one IP address
 * @param maxMessagesPerSecond of one IP address; more are dropped; 0 = any number
 * @param unprovenBytesPerSecond to an IP address that may be forged: UDP, not loopback, without a
 *     token, neither among the peers nor allowed by name; 0 = any number
 * @param maxPacket bytes of a packet, either way
 */
public record OscAdapterConfig(
    Optional<String> host,
    OptionalInt udpPort,
    OptionalInt tcpPort,
    Optional<OscFraming.Kind> framing,
    String namespace,
    boolean autoSubscribe,
    Duration timeout,
    OptionalInt replyPort,
    List<OscPeer> peers,
    List<OscAllowance> allowed,
    EchoGuard echo,
    OscProfile profile,
    boolean wide,
    boolean timeTags,
    boolean literalPatterns,
    List<MulticastGroup> groups,
    int maxSessions,
    int maxSessionsPerHost,
    int maxMessagesPerSecond,
    int unprovenBytesPerSecond,
    int maxPacket) {

  /** Of the reference. */
  public static final int DEFAULT_PORT = 8000;

  /** A UDP port on the server's address, and nothing that others would have to agree with. */
  public static final OscAdapterConfig DEFAULT =
      new OscAdapterConfig(
          Optional.empty(),
          OptionalInt.of(DEFAULT_PORT),
          OptionalInt.empty(),
          Optional.empty(),
          "/osc",
          false,
          Duration.ofSeconds(30),
          OptionalInt.empty(),
          List.of(),
          List.of(),
          EchoGuard.SESSION,
          OscProfile.COMPATIBLE,
          false,
          true,
          false,
          List.of(),
          256,
          64,
          0,
          256 << 10,
          OscCodec.MAX_DATAGRAM);

  public OscAdapterConfig {
    namespace = OscNamespace.normal(namespace);
    peers = List.copyOf(peers);
    allowed = List.copyOf(allowed);
    groups = List.copyOf(groups);
    udpPort.ifPresent(port -> checkPort("the UDP port", port, 0));
    tcpPort.ifPresent(port -> checkPort("the TCP port", port, 0));
    replyPort.ifPresent(port -> checkPort("the reply port", port, 1));
    if (udpPort.isEmpty() && tcpPort.isEmpty()) {
      throw new IllegalArgumentException("an adapter for OSC needs a UDP port or a TCP port");
    }
    if (udpPort.isEmpty() && (!peers.isEmpty() || !groups.isEmpty())) {
      throw new IllegalArgumentException("peers and multicast groups need a UDP port");
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "the time-out of sessions is from 1 s to 1 day, not " + timeout);
    }
    if (maxSessions < 1 || maxSessionsPerHost < 1) {
      throw new IllegalArgumentException("there must be room for one session");
    }
    if (maxMessagesPerSecond < 0 || unprovenBytesPerSecond < 0) {
      throw new IllegalArgumentException("rates are not negative; 0 is any number");
    }
    if (maxPacket < 1024 || maxPacket > OscCodec.MAX_DATAGRAM) {
      throw new IllegalArgumentException(
          "a packet has 1024 to " + OscCodec.MAX_DATAGRAM + " bytes, not " + maxPacket);
    }
  }

  static void checkPort(String what, int port, int least) {
    if (port < least || port > 65_535) {
      throw new IllegalArgumentException(what + " is from " + least + " to 65535, not " + port);
    }
  }

  public OscAdapterConfig withHost(String value) {
    return with(copy -> copy.host = Optional.of(value));
  }

  public OscAdapterConfig withUdpPort(int value) {
    return with(copy -> copy.udpPort = OptionalInt.of(value));
  }

  /** Connections only; give the TCP port first. */
  public OscAdapterConfig withoutUdp() {
    return with(copy -> copy.udpPort = OptionalInt.empty());
  }

  public OscAdapterConfig withTcpPort(int value) {
    return with(copy -> copy.tcpPort = OptionalInt.of(value));
  }

  public OscAdapterConfig withFraming(OscFraming.Kind value) {
    return with(copy -> copy.framing = Optional.of(value));
  }

  public OscAdapterConfig withNamespace(String value) {
    return with(copy -> copy.namespace = value);
  }

  public OscAdapterConfig withAutoSubscribe(boolean value) {
    return with(copy -> copy.autoSubscribe = value);
  }

  public OscAdapterConfig withTimeout(Duration value) {
    return with(copy -> copy.timeout = value);
  }

  public OscAdapterConfig withReplyPort(int value) {
    return with(copy -> copy.replyPort = OptionalInt.of(value));
  }

  public OscAdapterConfig withPeers(List<OscPeer> value) {
    return with(copy -> copy.peers = value);
  }

  public OscAdapterConfig withAllowed(List<OscAllowance> value) {
    return with(copy -> copy.allowed = value);
  }

  public OscAdapterConfig withEcho(EchoGuard value) {
    return with(copy -> copy.echo = value);
  }

  public OscAdapterConfig withProfile(OscProfile value) {
    return with(copy -> copy.profile = value);
  }

  public OscAdapterConfig withWide(boolean value) {
    return with(copy -> copy.wide = value);
  }

  public OscAdapterConfig withTimeTags(boolean value) {
    return with(copy -> copy.timeTags = value);
  }

  public OscAdapterConfig withLiteralPatterns(boolean value) {
    return with(copy -> copy.literalPatterns = value);
  }

  public OscAdapterConfig withGroups(List<MulticastGroup> value) {
    return with(copy -> copy.groups = value);
  }

  public OscAdapterConfig withMaxSessions(int value) {
    return with(copy -> copy.maxSessions = value);
  }

  public OscAdapterConfig withMaxSessionsPerHost(int value) {
    return with(copy -> copy.maxSessionsPerHost = value);
  }

  public OscAdapterConfig withMaxMessagesPerSecond(int value) {
    return with(copy -> copy.maxMessagesPerSecond = value);
  }

  public OscAdapterConfig withUnprovenBytesPerSecond(int value) {
    return with(copy -> copy.unprovenBytesPerSecond = value);
  }

  public OscAdapterConfig withMaxPacket(int value) {
    return with(copy -> copy.maxPacket = value);
  }

  private OscAdapterConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.config();
  }

  /** The settings while one of them is changed. */
  private static final class Copy {
    private Optional<String> host;
    private OptionalInt udpPort;
    private OptionalInt tcpPort;
    private Optional<OscFraming.Kind> framing;
    private String namespace;
    private boolean autoSubscribe;
    private Duration timeout;
    private OptionalInt replyPort;
    private List<OscPeer> peers;
    private List<OscAllowance> allowed;
    private EchoGuard echo;
    private OscProfile profile;
    private boolean wide;
    private boolean timeTags;
    private boolean literalPatterns;
    private List<MulticastGroup> groups;
    private int maxSessions;
    private int maxSessionsPerHost;
    private int maxMessagesPerSecond;
    private int unprovenBytesPerSecond;
    private int maxPacket;

    Copy(OscAdapterConfig from) {
      host = from.host;
      udpPort = from.udpPort;
      tcpPort = from.tcpPort;
      framing = from.framing;
      namespace = from.namespace;
      autoSubscribe = from.autoSubscribe;
      timeout = from.timeout;
      replyPort = from.replyPort;
      peers = from.peers;
      allowed = from.allowed;
      echo = from.echo;
      profile = from.profile;
      wide = from.wide;
      timeTags = from.timeTags;
      literalPatterns = from.literalPatterns;
      groups = from.groups;
      maxSessions = from.maxSessions;
      maxSessionsPerHost = from.maxSessionsPerHost;
      maxMessagesPerSecond = from.maxMessagesPerSecond;
      unprovenBytesPerSecond = from.unprovenBytesPerSecond;
      maxPacket = from.maxPacket;
    }

    OscAdapterConfig config() {
      return new OscAdapterConfig(
          host,
          udpPort,
          tcpPort,
          framing,
          namespace,
          autoSubscribe,
          timeout,
          replyPort,
          peers,
          allowed,
          echo,
          profile,
          wide,
          timeTags,
          literalPatterns,
          groups,
          maxSessions,
          maxSessionsPerHost,
          maxMessagesPerSecond,
          unprovenBytesPerSecond,
          maxPacket);
    }
  }
}
