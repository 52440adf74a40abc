package dev.clasp.transport;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client trusts over TLS and QUIC, and as whom it appears. Immutable; files are read when it
 * is made.
 *
 * <p>By default the authorities of the Java runtime, and the name must be that of the URL. TLS 1.2
 * and 1.3 only.
 */
public final class ClientTls {

  /** Whom to trust. */
  public sealed interface Trust {

    /** The authorities that the Java runtime knows. */
    record System() implements Trust {}

    /** These authorities, or these very certificates, and no others. */
    record Authorities(List<X509Certificate> certificates) implements Trust {
      public Authorities {
        certificates = List.copyOf(certificates);
      }
    }

    /**
     * Whoever has the key of one certificate, whatever its name, its dates and who signed it.
     *
     * @param sha256 of the certificate, 64 hexadecimal digits in small letters
     */
    record Pinned(String sha256) implements Trust {}

    /** Everybody, also somebody on the way who pretends to be the router. */
    record Anybody() implements Trust {}
  }

  public static final ClientTls DEFAULT = new ClientTls(new Trust.System(), Optional.empty());

  private final Trust trust;
  private final Optional<TlsIdentity> identity;
  private volatile @Nullable SslContext context;
  private volatile @Nullable Quic quic;

  /** For QUIC: a context, and who knows why somebody was not trusted. */
  record Quic(QuicSslContext context, TrustWitness witness) {}

  private ClientTls(Trust trust, Optional<TlsIdentity> identity) {
    this.trust = trust;
    this.identity = identity;
  }

  public static ClientTls trusting(Trust trust) {
    return new ClientTls(trust, Optional.empty());
  }

  /**
   * Trusts the certificates in a PEM file, and no others.
   *
   * @throws TlsFileException with a sentence for the user
   */
  public static ClientTls authorities(Path pem) {
    return trusting(new Trust.Authorities(PemFile.read(pem).certificates()));
  }

  /**
   * Trusts one certificate.
   *
   * @param fingerprint its SHA-256 as {@code clasp cert} prints it; colons, spaces and capitals do
   *     not matter
   * @throws IllegalArgumentException it is no such fingerprint
   */
  public static ClientTls pinned(String fingerprint) {
    String digits = fingerprint.replaceAll("[:\\s]", "").toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "a fingerprint has 64 hexadecimal digits (SHA-256), not '" + fingerprint + "'");
    }
    return trusting(new Trust.Pinned(digits));
  }

  /** Trusts everybody: for a quick try on a network that you trust. */
  public static ClientTls insecure() {
    return trusting(new Trust.Anybody());
  }

  /** Appears with a certificate, for routers that ask for one. */
  public ClientTls as(TlsIdentity ours) {
    return new ClientTls(trust, Optional.of(ours));
  }

  public Trust trust() {
    return trust;
  }

  public Optional<TlsIdentity> identity() {
    return identity;
  }

  /** Must the certificate be one for the host of the URL? */
  public boolean checksName() {
    return switch (trust) {
      case Trust.System _, Trust.Authorities _ -> true;
      case Trust.Pinned _, Trust.Anybody _ -> false;
    };
  }

  /** Who decides. For {@link #checksName} to have an effect, the engine must ask for it too. */
  public X509TrustManager trustManager() {
    return switch (trust) {
      case Trust.System _ -> new DatedTrust(standard(null));
      case Trust.Authorities(List<X509Certificate> certificates) ->
          new DatedTrust(standard(store(certificates)));
      case Trust.Pinned(String sha256) -> new PinnedTrust(sha256);
      case Trust.Anybody _ -> new BlindTrust();
    };
  }

  private static KeyStore store(List<X509Certificate> certificates) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("authority-" + i, certificates.get(i));
      }
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("no key store in memory", e);
    }
  }

  private static X509ExtendedTrustManager standard(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no trust manager", e);
    }
  }

  /** For certificates that a server asks for: these authorities. */
  static X509TrustManager authoritiesOnly(List<X509Certificate> certificates) {
    return new DatedTrust(standard(store(certificates)));
  }

  /** The same for programs that speak HTTP with the JDK's client. */
  public SSLContext sslContext() {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(
          identity.isPresent() ? identity.get().keyManagers().getKeyManagers() : null,
          new TrustManager[] {trustManager()},
          null);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /**
   * For TLS over TCP. Made once, so that sessions can be resumed.
   *
   * @throws TransportException TLS is not available
   */
  public SslContext context() {
    SslContext made = context;
    if (made == null) {
      synchronized (this) {
        made = context;
        if (made == null) {
          made = make();
          context = made;
        }
      }
    }
    return made;
  }

  /** For QUIC. Made once, so that sessions can be resumed. */
  Quic quic() {
    Quic made = quic;
    if (made == null) {
      synchronized (this) {
        made = quic;
        if (made == null) {
          TrustWitness witness = new TrustWitness(trustManager());
          made = new Quic(QuicTls.client(this, witness), witness);
          quic = made;
        }
      }
    }
    return made;
  }

  private SslContext make() {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              // One handshake now and then: the JDK's needs no native library.
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .trustManager(trustManager())
              // Null means no check in this API; the empty text is not understood.
              .endpointIdentificationAlgorithm(checksName() ? "HTTPS" : null);
      identity.ifPresent(ours -> builder.keyManager(ours.keyManagers()));
      return builder.build();
    } catch (SSLException e) {
      throw new TransportException(
          TransportException.Kind.HANDSHAKE, "TLS is not available: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "ClientTls[" + trust + identity.map(ours -> ", as " + ours).orElse("") + "]";
  }
}
