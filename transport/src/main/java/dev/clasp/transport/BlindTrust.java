package dev.clasp.transport;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trusts everybody, and says so each time (transports.md 4.2). */
final class BlindTrust extends X509ExtendedTrustManager {

  private static final Logger LOG = LoggerFactory.getLogger(BlindTrust.class);

  private static void warn(X509Certificate[] chain) {
    LOG.warn(
        "not checking who the router is, because that was switched off; its certificate is {}",
        TlsIdentity.fingerprint(chain[0]));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    warn(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    warn(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    warn(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    warn(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
    warn(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {
    warn(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
