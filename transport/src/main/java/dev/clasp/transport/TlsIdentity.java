package dev.clasp.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/**
 * Who we are in TLS: a private key and its certificate, with everything between it and the
 * authority behind it (T-20). Immutable.
 *
 * @param chain our own certificate first
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {

  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("there must be a certificate");
    }
  }

  /**
   * Reads PEM files: certificates, ours first, and a key in PKCS#8, PKCS#1 or SEC 1, without a
   * password.
   *
   * @throws TlsFileException with a sentence for the user: which file, what is wrong, what to do
   */
  public static TlsIdentity read(Path certificates, Path key) {
    List<X509Certificate> chain = PemFile.read(certificates).certificates();
    PrivateKey privateKey = PemFile.read(key).privateKey();
    TlsIdentity identity = new TlsIdentity(privateKey, chain);
    if (!identity.belongTogether()) {
      throw new TlsFileException(
          "the key in " + key + " is not that of the first certificate in " + certificates);
    }
    return identity;
  }

  /**
   * The certificates of a PEM file, in their order; at least one.
   *
   * @throws TlsFileException with a sentence for the user
   */
  public static List<X509Certificate> certificates(Path file) {
    return PemFile.read(file).certificates();
  }

  /** Signs with one and verifies with the other. */
  boolean belongTogether() {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      byte[] text = {1, 2, 3};
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(text);
      byte[] signature = signer.sign();
      signer.initVerify(chain.getFirst().getPublicKey());
      signer.update(text);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** SHA-256 of our certificate, as {@link ClientTls#pinned} takes it. */
  public String fingerprint() {
    return fingerprint(chain.getFirst());
  }

  /** SHA-256 of a certificate: 64 hexadecimal digits. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For TLS engines that are not made here. */
  public KeyManagerFactory keyManagers() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("ours", key, new char[0], chain.toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsFileException(
          "the certificates cannot be used: "
              + e.getMessage()
              + ". Ours must come first, then the one that signed it, and so on",
          e);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TlsIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
