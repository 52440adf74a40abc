package dev.clasp.cli;

import dev.clasp.bridge.Namespace;
import dev.clasp.bridgeserver.OscQueryCompanion;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.oscquery.OscQueryConfig;
import dev.clasp.security.Scopes;
import dev.clasp.server.Companion;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code clasp server} for OSCQuery programs (docs/oscquery.md). */
final class OscQueryOptions {

  @Option(
      names = "--oscquery",
      order = HelpSections.PROTOCOLS + 1,
      arity = "0..1",
      fallbackValue = "" + OscQueryConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description =
          "Show the addresses to OSCQuery programs (HTTP and WebSocket, default:"
              + " ${FALLBACK-VALUE}). 0 = any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--oscquery-osc-port",
      order = HelpSections.PROTOCOLS + 1,
      paramLabel = "PORT",
      description = "Where they send OSC by UDP (default: the same number).")
  private @Nullable Integer oscPort;

  @Option(
      names = "--oscquery-bind",
      order = HelpSections.PROTOCOLS + 1,
      paramLabel = "ADDRESS",
      description = "Where to listen for them (default: ${DEFAULT-VALUE}, whatever --host is).")
  private String bind = OscQueryConfig.DEFAULT.host();

  @Option(
      names = "--oscquery-root",
      order = HelpSections.PROTOCOLS + 1,
      paramLabel = "ADDRESS",
      description = "Show only this and what is below it (default: everything).")
  private String root = "";

  @Option(
      names = "--oscquery-read-only",
      order = HelpSections.PROTOCOLS + 1,
      description = "Let them set nothing.")
  private boolean readOnly;

  @Option(
      names = "--oscquery-create",
      order = HelpSections.PROTOCOLS + 1,
      description = "Let OSC to an unknown address make a parameter of it.")
  private boolean create;

  @Option(
      names = "--oscquery-scopes",
      order = HelpSections.PROTOCOLS + 1,
      paramLabel = "SCOPES",
      description =
          "What whoever reaches that port may do, as OSCQuery knows no tokens: read:/**; needed"
              + " where the router wants tokens.")
  private @Nullable String scopes;

  /**
   * What lives beside the server.
   *
   * @param name of the router
   * @param mdns whether it may be announced
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  Optional<Companion.Factory> companion(String name, boolean mdns) {
    if (port == null) {
      return Optional.empty();
    }
    OscQueryConfig config =
        OscQueryConfig.DEFAULT
            .withHost(bind)
            .withPort(port)
            .withOscPort(OptionalInt.of(oscPort == null ? port : oscPort))
            .withServed(Namespace.parse(root))
            .withReadOnly(readOnly)
            .withCreate(create)
            .withName(name)
            .withMdns(mdns ? Optional.of(MdnsNetwork.ALL) : Optional.empty());
    Optional<Scopes> allowed = Optional.ofNullable(scopes).map(Scopes::parseList);
    // Not before the log is set up: the first logger fixes how it is written.
    return Optional.of(server -> OscQueryCompanion.factory(config, allowed).create(server));
  }
}
