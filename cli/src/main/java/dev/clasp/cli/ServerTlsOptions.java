package dev.clasp.cli;

import dev.clasp.transport.ServerTls;
import dev.clasp.transport.ServerTls.Clients;
import dev.clasp.transport.ServerTls.Source;
import dev.clasp.transport.TlsFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The certificates of {@code clasp server}, and those that it asks for. */
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
        "Certificate (PEM, ours first; or PKCS#12): the port takes TLS too. A new one in the same"
            + " file is used without a restart. Several, for several names: clients get the one"
            + " for the name they ask for, or the first. Make one with: clasp cert"
      })
  private List<Path> certificates = new ArrayList<>();

  @Option(
      names = {"--tls-key", "--key"},
      order = HelpSections.NETWORK + 12,
      paramLabel = "FILE",
      description =
          "Its private key (PEM, without a password). One for each certificate that is PEM, in any"
              + " order.")
  private List<Path> keys = new ArrayList<>();

  @Option(
      names = "--tls-password-file",
      order = HelpSections.NETWORK + 13,
      paramLabel = "FILE",
      description =
          "The file whose first line is the password of the PKCS#12 files: one for all, or one for"
              + " each in their order.")
  private List<Path> passwords = new ArrayList<>();

  @Option(
      names = "--tls-only",
      order = HelpSections.NETWORK + 14,
      description = "Refuse connections without TLS, except from this machine.")
  private boolean only;

  @Option(
      names = "--client-ca",
      order = HelpSections.NETWORK + 15,
      paramLabel = "FILE",
      description =
          "Ask clients for a certificate that is in this file (PEM) or was signed by one in it.")
  private @Nullable Path clientAuthorities;

  @Option(
      names = "--client-cert",
      order = HelpSections.NETWORK + 16,
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
    if (certificates.isEmpty()) {
      if (!keys.isEmpty()) {
        throw new IllegalArgumentException("--tls-cert and --tls-key belong together");
      }
      if (only || clientAuthorities != null || !passwords.isEmpty()) {
        throw new IllegalArgumentException(
            (only
                    ? "--tls-only"
                    : clientAuthorities != null ? "--client-ca" : "--tls-password-file")
                + " needs --tls-cert and --tls-key; make them with: clasp cert");
      }
      return Optional.empty();
    }
    if (keys.isEmpty() && !certificates.stream().allMatch(ServerTls::hasKey)) {
      throw new IllegalArgumentException(
          "--tls-cert and --tls-key belong together (only PKCS#12 has the key inside)");
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
                  certificates, keys, passwords, Optional.ofNullable(clientAuthorities), clients)));
    } catch (TlsFileException e) {
      throw TlsOptions.broken(e);
    }
  }
}
