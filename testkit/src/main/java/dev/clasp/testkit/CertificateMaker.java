package dev.clasp.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * Makes throw-away certificates of any kind: right, expired, for another name, below an authority
 * in between. Writes the DER of RFC 5280 itself, because the JDK makes no certificates.
 */
public final class CertificateMaker {

  private static final Duration DAY = Duration.ofDays(1);

  /** 1.2.840.10045.4.3.2, ECDSA with SHA-256. */
  private static final byte[] ECDSA_SHA256 = sequence(oid(0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2));

  private CertificateMaker() {}

  /**
   * A key with its certificate and those above it.
   *
   * @param chain its own first; the root only if it is its own
   */
  public record Issued(KeyPair keys, List<X509Certificate> chain) {

    public Issued {
      chain = List.copyOf(chain);
    }

    public X509Certificate certificate() {
      return chain.getFirst();
    }

    /** Another authority, or somebody for all these names, signed by this one. */
    public Issued issue(Kind kind, String... names) {
      List<X509Certificate> above = selfSigned() ? List.of() : chain;
      return make(kind, keys, certificate().getSubjectX500Principal(), above, names);
    }

    private boolean selfSigned() {
      return certificate().getIssuerX500Principal().equals(certificate().getSubjectX500Principal());
    }

    /** Writes {@code name.pem} and {@code name.key}. */
    public Issued write(Path folder, String name) {
      StringBuilder pem = new StringBuilder();
      try {
        for (X509Certificate each : chain) {
          pem.append(pem("CERTIFICATE", each.getEncoded()));
        }
        Files.writeString(folder.resolve(name + ".pem"), pem);
        Files.writeString(
            folder.resolve(name + ".key"), pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
      return this;
    }
  }

  /** What to make. */
  public enum Kind {
    AUTHORITY,
    LEAF,
    EXPIRED,
    NOT_YET
  }

  /** An authority of its own. */
  public static Issued root(String name) {
    KeyPair keys = keys();
    X500Principal self = new X500Principal("CN=" + name);
    return new Issued(keys, List.of(certificate(Kind.AUTHORITY, keys, keys, self, self)));
  }

  /** Somebody whom nobody vouches for. */
  public static Issued selfSigned(String... names) {
    KeyPair keys = keys();
    X500Principal self = new X500Principal("CN=" + names[0]);
    return new Issued(keys, List.of(certificate(Kind.LEAF, keys, keys, self, self, names)));
  }

  private static Issued make(
      Kind kind,
      KeyPair signer,
      X500Principal issuer,
      List<X509Certificate> above,
      String... names) {
    KeyPair keys = keys();
    X500Principal subject = new X500Principal("CN=" + names[0]);
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate(kind, keys, signer, issuer, subject, names));
    chain.addAll(above);
    return new Issued(keys, List.copyOf(chain));
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(
      Kind kind,
      KeyPair keys,
      KeyPair signer,
      X500Principal issuer,
      X500Principal subject,
      String... names) {
    Instant now = Instant.now();
    Instant from = kind == Kind.NOT_YET ? now.plus(DAY) : now.minus(DAY.multipliedBy(2));
    Instant to = kind == Kind.EXPIRED ? now.minus(DAY) : now.plus(DAY.multipliedBy(3));
    byte[] body =
        sequence(
            tagged(0xA0, integer(BigInteger.TWO)),
            integer(new BigInteger(64, new java.security.SecureRandom()).add(BigInteger.ONE)),
            ECDSA_SHA256,
            issuer.getEncoded(),
            sequence(time(from), time(to)),
            subject.getEncoded(),
            keys.getPublic().getEncoded(),
            tagged(0xA3, extensions(kind, names)));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer.getPrivate());
      signature.update(body);
      byte[] der =
          sequence(body, ECDSA_SHA256, tagged(3, concat(new byte[] {0}, signature.sign())));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] extensions(Kind kind, String... names) {
    byte[] basic =
        sequence(
            oid(0x55, 0x1D, 19),
            tagged(1, new byte[] {-1}),
            tagged(4, kind == Kind.AUTHORITY ? sequence(tagged(1, new byte[] {-1})) : sequence()));
    if (kind == Kind.AUTHORITY) {
      return sequence(basic);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String name : names) {
      boolean address = name.contains(":") || name.matches("[0-9.]+");
      all.writeBytes(
          address
              ? tagged(0x87, ip(name))
              : tagged(0x82, name.getBytes(StandardCharsets.US_ASCII)));
    }
    return sequence(
        basic, sequence(oid(0x55, 0x1D, 17), tagged(4, tagged(0x30, all.toByteArray()))));
  }

  private static byte[] ip(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] sequence(byte[]... parts) {
    return tagged(0x30, concat(parts));
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] integer(BigInteger value) {
    return tagged(2, value.toByteArray());
  }

  private static byte[] oid(int... bytes) {
    byte[] b = new byte[bytes.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) bytes[i];
    }
    return tagged(6, b);
  }

  private static byte[] time(Instant when) {
    String text =
        DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(when);
    return tagged(0x17, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] tagged(int tag, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (body.length < 128) {
      out.write(body.length);
    } else if (body.length < 256) {
      out.write(0x81);
      out.write(body.length);
    } else {
      out.write(0x82);
      out.write(body.length >> 8);
      out.write(body.length);
    }
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
