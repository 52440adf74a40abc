package dev.clasp.cli;

import dev.clasp.transport.ClientTls;
import dev.clasp.transport.TlsFileException;
import dev.clasp.transport.TlsIdentity;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a command trusts over {@code wss}, {@code tls} and {@code quic}. */
final class TlsOptions {

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      order = HelpSections.CONNECTION + 4,
      description = "Trust the certificates in this PEM file, and no others; also $CLASP_CA.")
  private @Nullable Path authorities;

  @Option(
      names = "--fingerprint",
      paramLabel = "SHA256",
      order = HelpSections.CONNECTION + 5,
      description = "Trust the router with this certificate, whatever its name.")
  private @Nullable String fingerprint;

  @Option(
      names = "--insecure",
      order = HelpSections.CONNECTION + 6,
      description = "Do not check who the router is: somebody on the way may read everything.")
  private boolean insecure;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      order = HelpSections.CONNECTION + 7,
      description = "Our own certificate (PEM), for routers that ask for one.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      order = HelpSections.CONNECTION + 8,
      description = "Its key (PEM).")
  private @Nullable Path key;

  /** Whether they say which routers are the right ones, so that an impostor is seen. */
  boolean namesTheRouter() {
    return authorities != null || fingerprint != null;
  }

  /**
   * What they say.
   *
   * @throws IllegalArgumentException they do not fit together
   * @throws CommandException a file cannot be used
   */
  ClientTls tls() {
    Path authorityFile = authorities;
    String print = fingerprint;
    Path certificateFile = certificate;
    Path keyFile = key;
    int given = (authorityFile == null ? 0 : 1) + (print == null ? 0 : 1) + (insecure ? 1 : 0);
    if (given > 1) {
      throw new IllegalArgumentException("only one of --ca, --fingerprint and --insecure");
    }
    if ((certificateFile == null) != (keyFile == null)) {
      throw new IllegalArgumentException("--cert and --key belong together");
    }
    try {
      ClientTls tls =
          authorityFile != null
              ? ClientTls.authorities(authorityFile)
              : print != null
                  ? ClientTls.pinned(print)
                  : insecure ? ClientTls.insecure() : ClientTls.DEFAULT;
      return certificateFile == null || keyFile == null
          ? tls
          : tls.as(TlsIdentity.read(certificateFile, keyFile));
    } catch (TlsFileException e) {
      throw broken(e);
    }
  }

  /** The first certificate of a file. */
  static X509Certificate certificate(Path file) {
    try {
      return TlsIdentity.certificates(file).getFirst();
    } catch (TlsFileException e) {
      throw broken(e);
    }
  }

  static CommandException broken(TlsFileException e) {
    return new CommandException(
        ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
  }
}
