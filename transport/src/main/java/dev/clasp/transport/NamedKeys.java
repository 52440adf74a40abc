package dev.clasp.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives a handshake the key and the certificate for the name that the client asks for. One context
 * for all names, so that client certificates, versions and protocols are the same for all. An alias
 * is the place in the list. Thread-safe.
 */
final class NamedKeys extends X509ExtendedKeyManager {

  private final TlsIdentities identities;
  private final List<X509ExtendedKeyManager> managers;

  NamedKeys(TlsIdentities identities) {
    this.identities = identities;
    this.managers =
        identities.all().stream()
            .map(each -> (X509ExtendedKeyManager) each.keyManagers().getKeyManagers()[0])
            .toList();
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    int index = identities.indexOf(askedFor(engine));
    return managers.get(index).chooseEngineServerAlias(keyType, issuers, engine) == null
        ? null
        : Integer.toString(index);
  }

  private static String askedFor(SSLEngine engine) {
    SSLSession session = engine.getHandshakeSession();
    if (session instanceof ExtendedSSLSession extended) {
      try {
        for (SNIServerName name : extended.getRequestedServerNames()) {
          if (name instanceof SNIHostName host) {
            return host.getAsciiName();
          }
        }
      } catch (IllegalArgumentException e) {
        // OpenSSL took a name that Java takes for none: with an underscore, or a dot at its end.
      }
    }
    return "";
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identities.all().get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identities.all().get(Integer.parseInt(alias)).key();
  }

  // --- what a server with an engine is not asked for ---------------------------------------------

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
