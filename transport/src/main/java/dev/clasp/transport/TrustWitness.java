package dev.clasp.transport;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets another one decide whom to trust and remembers why it did not: the native TLS of QUIC keeps
 * only a number of that. Thread-safe.
 */
final class TrustWitness extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager decides;

  /** Forgotten with the connection. */
  private final Map<SSLEngine, Exception> failures =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * @throws IllegalArgumentException it cannot check names
   */
  TrustWitness(X509TrustManager decides) {
    if (!(decides instanceof X509ExtendedTrustManager extended)) {
      throw new IllegalArgumentException("a trust manager must know the connection");
    }
    this.decides = extended;
  }

  /** Why the peer of a connection is not trusted, if that was asked. */
  Optional<Exception> failure(@Nullable SSLEngine engine) {
    return Optional.ofNullable(engine == null ? null : failures.get(engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      decides.checkServerTrusted(chain, type, engine);
    } catch (CertificateException | RuntimeException e) {
      failures.put(engine, e);
      throw e;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    decides.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    decides.checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    decides.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    decides.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    decides.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return decides.getAcceptedIssuers();
  }
}
