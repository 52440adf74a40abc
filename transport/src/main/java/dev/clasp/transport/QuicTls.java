package dev.clasp.transport;

import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS inside QUIC: 1.3 only, no early data, which somebody could send again (transports.md 4.3).
 */
final class QuicTls {

  /** What the reference calls CLASP over QUIC (transports.md 4.1). */
  static final String REFERENCE = "clasp/2";

  /**
   * What its documentation calls it. A peer that agrees on this one is one of ours and reads a
   * stream as a stream.
   */
  static final String OURS = "clasp";

  private QuicTls() {}

  /**
   * Is QUIC there at all?
   *
   * @throws TransportException it is not, with what is missing
   */
  static void require() {
    if (!Quic.isAvailable()) {
      throw new TransportException(
          TransportException.Kind.HANDSHAKE,
          "QUIC is not available on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": its native library is missing (netty-codec-native-quic). Use ws:// or tcp://, or"
              + " wss:// and tls:// with TLS",
          new UnsupportedOperationException(Quic.unavailabilityCause()));
    }
  }

  /**
   * For connections that come; the whole chain is sent (T-20).
   *
   * @throws TlsFileException the native TLS cannot use the certificate
   */
  static QuicSslContext server(ServerTls.Loaded loaded, ServerTls.Clients clients) {
    TlsIdentities identities = loaded.identities();
    QuicSslContextBuilder first = builder(identities.first(), loaded, clients);
    if (identities.all().size() == 1) {
      return first.build();
    }
    List<QuicSslContext> contexts = new ArrayList<>();
    for (TlsIdentity identity : identities.all()) {
      contexts.add(builder(identity, loaded, clients).build());
    }
    // What is asked of clients is decided before the name is known, by the context that a
    // connection begins with: an empty one would ask nobody for a certificate.
    return first.sni(name -> contexts.get(identities.indexOf(name == null ? "" : name))).build();
  }

  private static QuicSslContextBuilder builder(
      TlsIdentity identity, ServerTls.Loaded loaded, ServerTls.Clients clients) {
    requireUsable(identity);
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forServer(
                identity.key(), null, identity.chain().toArray(X509Certificate[]::new))
            // The first that the peer has too.
            .applicationProtocols(OURS, REFERENCE)
            .earlyData(false)
            .clientAuth(
                switch (clients) {
                  case NOT_ASKED -> ClientAuth.NONE;
                  case OPTIONAL -> ClientAuth.OPTIONAL;
                  case REQUIRED -> ClientAuth.REQUIRE;
                });
    if (!loaded.clientAuthorities().isEmpty()) {
      builder.trustManager(ClientTls.authoritiesOnly(loaded.clientAuthorities()));
    }
    return builder;
  }

  private static void requireUsable(TlsIdentity identity) {
    String algorithm = identity.key().getAlgorithm();
    if (!algorithm.equals("EC") && !algorithm.equals("RSA")) {
      throw new TlsFileException(
          "QUIC takes keys of the kinds EC and RSA, not "
              + algorithm
              + ": make another certificate");
    }
  }

  /**
   * For connections that we make.
   *
   * @throws TlsFileException the native TLS cannot use our certificate
   */
  static QuicSslContext client(ClientTls tls, TrustWitness trust) {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forClient()
            .trustManager(trust)
            .applicationProtocols(REFERENCE, OURS)
            .earlyData(false)
            .endpointIdentificationAlgorithm(nameCheck(tls));
    tls.identity().ifPresent(QuicTls::requireUsable);
    tls.identity()
        .ifPresent(ours ->
            builder.keyManager(ours.key(), null, ours.chain().toArray(X509Certificate[]::new)));
    return builder.build();
  }

  private static @Nullable String nameCheck(ClientTls tls) {
    return tls.checksName() ? "HTTPS" : null;
  }
}
