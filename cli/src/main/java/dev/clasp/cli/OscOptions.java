package dev.clasp.cli;

import dev.clasp.adapterosc.EchoGuard;
import dev.clasp.adapterosc.MulticastGroup;
import dev.clasp.adapterosc.OscAdapter;
import dev.clasp.adapterosc.OscAdapterConfig;
import dev.clasp.adapterosc.OscAllowance;
import dev.clasp.adapterosc.OscPeer;
import dev.clasp.osc.OscFraming;
import dev.clasp.osc.OscProfile;
import dev.clasp.server.Companion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@code clasp server} for OSC programs that are its clients (docs/osc-adapter.md).
 */
final class OscOptions {

  @Option(
      names = {"--osc", "--osc-port"},
      order = HelpSections.PROTOCOLS,
      arity = "0..1",
      fallbackValue = "" + OscAdapterConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description =
          "Let OSC programs in, as clients of their own (UDP port, default: ${FALLBACK-VALUE})."
              + " 0 = any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--osc-tcp-port",
      order = HelpSections.PROTOCOLS,
      arity = "0..1",
      fallbackValue = "" + OscAdapterConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description = "The same over TCP (default: ${FALLBACK-VALUE}).")
  private @Nullable Integer tcpPort;

  @Option(
      names = "--osc-host",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ADDRESS",
      description = "Where to listen for OSC (default: as --host).")
  private @Nullable String host;

  @Option(
      names = "--osc-framing",
      order = HelpSections.PROTOCOLS,
      paramLabel = "FRAMING",
      description = "Over TCP: slip or length (default: as the first byte suggests).")
  private OscFraming.@Nullable Kind framing;

  @Option(
      names = "--osc-namespace",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ADDRESS",
      description =
          "What stands before every OSC address; / for nothing, then OSC programs see everything"
              + " (default: ${DEFAULT-VALUE}).")
  private String namespace = "/osc";

  @Option(
      names = "--osc-auto-subscribe",
      order = HelpSections.PROTOCOLS,
      description = "Send every OSC program all that changes, without being asked.")
  private boolean autoSubscribe;

  @Option(
      names = "--osc-timeout",
      order = HelpSections.PROTOCOLS,
      paramLabel = "TIME",
      description = "A program that sends nothing for so long has gone (default: 30s).")
  private Duration timeout = Duration.ofSeconds(30);

  @Option(
      names = "--osc-reply-port",
      order = HelpSections.PROTOCOLS,
      paramLabel = "PORT",
      description = "Where programs listen, if not on the port that they send from.")
  private @Nullable Integer replyPort;

  @Option(
      names = "--osc-peer",
      order = HelpSections.PROTOCOLS,
      paramLabel = "PEER",
      description =
          "Always send to HOST:PORT[,out][,PATTERN][,rate=N][,wide]; repeat for more. The commas"
              + " lead options of that peer.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--osc-allow",
      order = HelpSections.PROTOCOLS,
      paramLabel = "NETWORK",
      description =
          "Let only these in, as ADDRESS or ADDRESS/BITS, with =TOKEN as its owner; repeat for"
              + " more (default: everybody who reaches the port).")
  private List<String> allowed = new ArrayList<>();

  @Option(
      names = "--osc-echo-guard",
      order = HelpSections.PROTOCOLS,
      paramLabel = "WHO",
      description =
          "Who does not hear what a program writes: session (itself), host (all on its machine) or"
              + " off (default: session).")
  private EchoGuard echo = EchoGuard.SESSION;

  @Option(
      names = "--osc-profile",
      order = HelpSections.PROTOCOLS,
      paramLabel = "PROFILE",
      description =
          "standard: a message without arguments is an event; compatible: a parameter that is null"
              + " (default: compatible).")
  private OscProfile profile = OscProfile.COMPATIBLE;

  @Option(
      names = "--osc-ignore-time",
      order = HelpSections.PROTOCOLS,
      description = "Bundles happen at once, whatever their time says.")
  private boolean ignoreTime;

  @Option(
      names = "--osc-literal-patterns",
      order = HelpSections.PROTOCOLS,
      description = "A pattern that matches nothing is an address of its own.")
  private boolean literalPatterns;

  @Option(
      names = "--osc-wide",
      order = HelpSections.PROTOCOLS,
      description = "Send numbers with 64 bits (h, d), which few programs understand.")
  private boolean wide;

  @Option(
      names = "--osc-group",
      order = HelpSections.PROTOCOLS,
      paramLabel = "GROUP",
      description = "Take what is sent to GROUP or GROUP@INTERFACE too; repeat for more.")
  private List<String> groups = new ArrayList<>();

  @Option(
      names = "--osc-max-sessions",
      order = HelpSections.PROTOCOLS,
      paramLabel = "N",
      description = "OSC programs at once (default: ${DEFAULT-VALUE}).")
  private int maxSessions = OscAdapterConfig.DEFAULT.maxSessions();

  @Option(
      names = "--osc-rate",
      order = HelpSections.PROTOCOLS,
      paramLabel = "N",
      description = "Messages a second of one machine; 0 = any number (default: ${DEFAULT-VALUE}).")
  private int maxRate = OscAdapterConfig.DEFAULT.maxMessagesPerSecond();

  /**
   * What lives beside the server.
   *
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  Optional<Companion.Factory> companion() {
    if (port == null && tcpPort == null) {
      return Optional.empty();
    }
    OscAdapterConfig config =
        OscAdapterConfig.DEFAULT
            .withNamespace(namespace)
            .withAutoSubscribe(autoSubscribe)
            .withTimeout(timeout)
            .withPeers(peers.stream().map(OscPeer::parse).toList())
            .withAllowed(allowed.stream().map(OscAllowance::parse).toList())
            .withEcho(echo)
            .withProfile(profile)
            .withTimeTags(!ignoreTime)
            .withLiteralPatterns(literalPatterns)
            .withWide(wide)
            .withGroups(groups.stream().map(MulticastGroup::parse).toList())
            .withMaxSessions(maxSessions)
            .withMaxMessagesPerSecond(maxRate);
    if (host != null) {
      config = config.withHost(host);
    }
    if (framing != null) {
      config = config.withFraming(framing);
    }
    if (replyPort != null) {
      config = config.withReplyPort(replyPort);
    }
    if (tcpPort != null) {
      config = config.withTcpPort(tcpPort);
    }
    OscAdapterConfig chosen = port == null ? config.withoutUdp() : config.withUdpPort(port);
    // Not before the log is set up: the adapter's first logger would fix how it is written.
    return Optional.of(server -> OscAdapter.factory(chosen).create(server));
  }
}
