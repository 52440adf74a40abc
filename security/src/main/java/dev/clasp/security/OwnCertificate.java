package dev.clasp.security;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A certificate that vouches for itself (RFC 5280), with its key: an EC key on P-256, signed with
 * SHA-256. It can sign no other certificates, so whoever trusts it trusts nothing else.
 */
public record OwnCertificate(X509Certificate certificate, PrivateKey key) {

  /** Clocks of other machines may be behind ours. */
  private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);

  /** Bits of a serial number: positive, and nobody draws the same one. */
  private static final int SERIAL_BITS = 127;

  /** Whose it is. */
  public enum Use {
    SERVER,
    CLIENT
  }

  /**
   * What it says.
   *
   * @param subject whose it is, for people
   * @param names host names and IP addresses of the server; may be empty for a client
   * @param validity from now on
   */
  public record Request(Use use, String subject, List<String> names, Duration validity) {

    public Request {
      names = List.copyOf(names);
      if (subject.isBlank() || subject.length() > 64) {
        throw new IllegalArgumentException("the name must have 1 to 64 characters");
      }
      if (use == Use.SERVER && names.isEmpty()) {
        throw new IllegalArgumentException("a server needs the names that clients call it by");
      }
      if (validity.compareTo(Duration.ofDays(1)) < 0
          || validity.compareTo(Duration.ofDays(3650)) > 0) {
        throw new IllegalArgumentException("it must be valid for 1 to 3650 days");
      }
      names.forEach(Request::check);
    }

    private static void check(String name) {
      boolean digitsOnly = name.matches("[0-9.]+");
      if (!isAddress(name)
          && (digitsOnly || !name.matches("(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*"))) {
        throw new IllegalArgumentException("'" + name + "' is no host name and no IP address");
      }
    }
  }

  /** Is it an IPv4 or IPv6 address? */
  public static boolean isAddress(String name) {
    return IPAddress.isValid(name);
  }

  /**
   * Makes one.
   *
   * @throws IllegalArgumentException a name cannot stand in a certificate
   */
  public static OwnCertificate make(Request request, Instant now, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      X500Name subject =
          new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, request.subject()).build();
      var builder =
          new JcaX509v3CertificateBuilder(
              subject,
              new BigInteger(SERIAL_BITS, random).setBit(0),
              Date.from(now.minus(CLOCK_DIFFERENCE)),
              Date.from(now.plus(request.validity())),
              subject,
              pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              request.use() == Use.SERVER
                  ? KeyPurposeId.id_kp_serverAuth
                  : KeyPurposeId.id_kp_clientAuth));
      if (!request.names().isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                request.names().stream()
                    .map(OwnCertificate::generalName)
                    .toArray(GeneralName[]::new)));
      }
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new OwnCertificate(certificate, pair.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot make certificates", e);
    }
  }

  private static GeneralName generalName(String name) {
    return new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  /** The certificate in PEM form. */
  public String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key in PEM form, PKCS#8. */
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** SHA-256 of the certificate: 64 hexadecimal digits. */
  public String fingerprint() {
    return fingerprint(certificate);
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

  /** Without the key. */
  @Override
  public String toString() {
    return "OwnCertificate[" + certificate.getSubjectX500Principal() + "]";
  }
}
