package dev.clasp.cli;

import dev.clasp.transport.ServerTls;
import dev.clasp.transport.ServerTls.Clients;
import dev.clasp.transport.ServerTls.Source;
import dev.clasp.transport.TlsFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The certificate of {@code clasp server}, and those that it asks for. */
final class ServerTlsOptions {

  /** Whether clients need a certificate. */
  enum Asked {
    REQUIRED,
    OPTIONAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {"--tls-cert", "--cert"},
      order = HelpSections.NETWORK + 11,
      paramLabel = "FILE",
      description = {
        "Certificate (PEM, ours first): the port takes TLS too. A new one in the same file is used"
            + " without a restart. Make one with: clasp cert"
      })
  private @Nullable Path certificate;

  @Option(
      names = {"--tls-key", "--key"},
      order = HelpSections.NETWORK + 12,
      paramLabel = "FILE",
      description = "Its private key (PEM, without a password).")
  private @Nullable Path key;

  @Option(
      names = "--tls-only",
      order = HelpSections.NETWORK + 13,
      description = "Refuse connections without TLS, except from this machine.")
  private boolean only;

  @Option(
      names = "--client-ca",
      order = HelpSections.NETWORK + 14,
      paramLabel = "FILE",
      description =
          "Ask clients for a certificate that is in this file (PEM) or was signed by one in it.")
  private @Nullable Path clientAuthorities;

  @Option(
      names = "--client-cert",
      order = HelpSections.NETWORK + 15,
      paramLabel = "WHEN",
      description =
          "Client certificates are required, or optional (default: required, with --client-ca).")
  private @Nullable Asked asked;

  /** Refuse what does not come inside TLS. */
  boolean only() {
    return only;
  }

  /**
   * The certificate, if there is one.
   *
   * @throws IllegalArgumentException the options do not fit together
   * @throws CommandException a file cannot be used
   */
  Optional<ServerTls> tls() {
    Path certificateFile = certificate;
    Path keyFile = key;
    if (certificateFile == null || keyFile == null) {
      if (certificateFile != null || keyFile != null) {
        throw new IllegalArgumentException("--tls-cert and --tls-key belong together");
      }
      if (only || clientAuthorities != null) {
        throw new IllegalArgumentException(
            (only ? "--tls-only" : "--client-ca")
                + " needs --tls-cert and --tls-key; make them with: clasp cert");
      }
      return Optional.empty();
    }
    if (asked != null && clientAuthorities == null) {
      throw new IllegalArgumentException("--client-cert needs --client-ca: whom to trust");
    }
    Clients clients =
        clientAuthorities == null
            ? Clients.NOT_ASKED
            : asked == Asked.OPTIONAL ? Clients.OPTIONAL : Clients.REQUIRED;
    try {
      return Optional.of(
          ServerTls.of(
              new Source(
                  certificateFile, keyFile, Optional.ofNullable(clientAuthorities), clients)));
    } catch (TlsFileException e) {
      throw TlsOptions.broken(e);
    }
  }
}
