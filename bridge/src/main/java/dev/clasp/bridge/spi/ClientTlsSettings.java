package dev.clasp.bridge.spi;

import dev.clasp.transport.ClientTls;
import dev.clasp.transport.TlsFileException;
import dev.clasp.transport.TlsIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings {@code ca}, {@code fingerprint}, {@code insecure}, {@code cert} and {@code key} of a
 * protocol that connects to somebody inside TLS.
 */
public final class ClientTlsSettings {

  private static final List<String> NAMES = List.of("ca", "fingerprint", "insecure", "cert", "key");

  private ClientTlsSettings() {}

  /** The first of them that is given: who asks for TLS must not be left without it. */
  public static Optional<String> given(BridgeSettings settings) {
    return NAMES.stream()
        .filter(name -> settings.on(name) || text(settings, name).isPresent())
        .findFirst();
  }

  /**
   * Reads them, and the files.
   *
   * @throws BridgeException (lasting) they do not fit together, a file cannot be used
   */
  public static ClientTls read(BridgeSettings settings) {
    Optional<String> ca = text(settings, "ca");
    Optional<String> fingerprint = text(settings, "fingerprint");
    boolean insecure = settings.on("insecure");
    if ((ca.isPresent() ? 1 : 0) + (fingerprint.isPresent() ? 1 : 0) + (insecure ? 1 : 0) > 1) {
      throw BridgeException.lasting("only one of ca, fingerprint and insecure");
    }
    Optional<String> cert = text(settings, "cert");
    Optional<String> key = text(settings, "key");
    if (cert.isPresent() != key.isPresent()) {
      throw BridgeException.lasting("cert and key belong together");
    }
    try {
      ClientTls tls =
          ca.isPresent()
              ? ClientTls.authorities(Path.of(ca.get()))
              : fingerprint.isPresent()
                  ? ClientTls.pinned(fingerprint.get())
                  : insecure ? ClientTls.insecure() : ClientTls.DEFAULT;
      return cert.isPresent()
          ? tls.as(TlsIdentity.read(Path.of(cert.get()), Path.of(key.orElseThrow())))
          : tls;
    } catch (IllegalArgumentException | TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> text(BridgeSettings settings, String name) {
    return settings.text(name).filter(text -> !text.isEmpty());
  }
}
