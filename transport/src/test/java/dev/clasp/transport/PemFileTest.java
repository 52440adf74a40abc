package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys as administrators have them. */
class PemFileTest {

  private static final Path NAME = Path.of("key.pem");

  @TempDir static Path folder;

  private static PemFile parse(String text) {
    return PemFile.parse(NAME, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void readsKeysOfThreeForms() throws Exception {
    Certificates rsa = Certificates.create(folder, "rsa", "RSA", "CN=x");
    Certificates ec = Certificates.create(folder, "ec", "EC", "CN=x");
    byte[] pkcs1 = inner(rsa.key().getEncoded());
    byte[] sec1 = withCurve(inner(ec.key().getEncoded()), ec.key().getEncoded());

    assertThat(parse(Certificates.pem("RSA PRIVATE KEY", pkcs1)).privateKey())
        .isInstanceOf(RSAPrivateKey.class)
        .isEqualTo(rsa.key());
    assertThat(((ECPrivateKey) parse(Certificates.pem("EC PRIVATE KEY", sec1)).privateKey()).getS())
        .isEqualTo(((ECPrivateKey) ec.key()).getS());
    assertThat(PemFile.read(rsa.keyPem()).privateKey()).isEqualTo(rsa.key());
  }

  /** The OCTET STRING at the end of a PrivateKeyInfo. */
  private static byte[] inner(byte[] pkcs8) {
    for (int at = 10; at < pkcs8.length; at++) {
      if (pkcs8[at] == 4) {
        int bytes = pkcs8[at + 1] < 0 ? pkcs8[at + 1] & 0x7f : 0;
        int length = bytes == 0 ? pkcs8[at + 1] : 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | pkcs8[at + 2 + i] & 0xff;
        }
        if (at + 2 + bytes + length == pkcs8.length) {
          return Arrays.copyOfRange(pkcs8, at + 2 + bytes, pkcs8.length);
        }
      }
    }
    throw new AssertionError("no key in it");
  }

  /** OpenSSL names the curve in the key; the JDK does not. */
  private static byte[] withCurve(byte[] sec1, byte[] pkcs8) {
    // SEQUENCE { INTEGER 0, SEQUENCE { OID ecPublicKey, OID curve } ...
    int oid = 0;
    int seen = 0;
    for (int at = 0; at < pkcs8.length && seen < 2; at++) {
      if (pkcs8[at] == 6) {
        seen++;
        oid = at;
        at += pkcs8[at + 1];
      }
    }
    byte[] curve = Arrays.copyOfRange(pkcs8, oid, oid + 2 + pkcs8[oid + 1]);
    int header = sec1[1] < 0 ? 2 + (sec1[1] & 0x7f) : 2;
    byte[] body = Arrays.copyOfRange(sec1, header, sec1.length);
    byte[] named = new byte[2 + curve.length];
    named[0] = (byte) 0xa0;
    named[1] = (byte) curve.length;
    System.arraycopy(curve, 0, named, 2, curve.length);
    int length = body.length + named.length;
    assertThat(length).isLessThan(128);
    byte[] all = new byte[2 + length];
    all[0] = 0x30;
    all[1] = (byte) length;
    System.arraycopy(body, 0, all, 2, body.length);
    System.arraycopy(named, 0, all, 2 + body.length, named.length);
    return all;
  }

  @Test
  void readsAllCertificatesOfAFile() throws Exception {
    Certificates one = Certificates.create(folder, "one", "EC", "CN=one");
    Certificates two = Certificates.create(folder, "two", "EC", "CN=two");
    PemFile file =
        parse("comment\n" + Files.readString(one.pem()) + "\n" + Files.readString(two.pem()));

    assertThat(file.certificates()).containsExactly(one.certificate(), two.certificate());
  }

  /** The reference's programs take DER (operations.md 4). */
  @Test
  void readsCertificatesAndKeysInDer() throws Exception {
    Certificates rsa = Certificates.create(folder, "der-rsa", "RSA", "CN=x");
    Certificates ec = Certificates.create(folder, "der-ec", "EC", "CN=x");
    byte[] certificate = PemFile.read(ec.pem()).certificates().getFirst().getEncoded();

    assertThat(PemFile.parse(NAME, certificate).certificates())
        .isEqualTo(PemFile.read(ec.pem()).certificates());
    assertThat(PemFile.parse(NAME, ec.key().getEncoded()).privateKey()).isEqualTo(ec.key());
    assertThat(PemFile.parse(NAME, rsa.key().getEncoded()).privateKey()).isEqualTo(rsa.key());
    assertThat(PemFile.parse(NAME, inner(rsa.key().getEncoded())).privateKey())
        .isEqualTo(rsa.key());
    byte[] sec1 = withCurve(inner(ec.key().getEncoded()), ec.key().getEncoded());
    assertThat(((ECPrivateKey) PemFile.parse(NAME, sec1).privateKey()).getS())
        .isEqualTo(((ECPrivateKey) ec.key()).getS());
  }

  @Test
  void saysWhichFileIsWrongAndHow() throws Exception {
    Certificates one = Certificates.create(folder, "a", "EC", "CN=one");
    Certificates two = Certificates.create(folder, "b", "EC", "CN=two");

    assertProblem(() -> PemFile.read(folder.resolve("none")), "there is no file", "clasp cert");
    assertProblem(() -> PemFile.read(folder), "cannot read");
    assertProblem(() -> parse("hello"), "key.pem holds nothing in PEM form");
    assertProblem(() -> PemFile.parse(NAME, new byte[] {0x30, 3, 2, 1, 9}), "nothing in PEM form");
    assertProblem(() -> PemFile.parse(NAME, new byte[] {0x30}), "nothing in PEM form");
    assertProblem(() -> PemFile.parse(NAME, new byte[0]), "nothing in PEM form");
    assertProblem(
        () -> PemFile.parse(NAME, new byte[] {0x30, 9, 2, 1, 3, 0x30}),
        "PKCS#12",
        "openssl pkcs12");
    assertProblem(
        () -> PemFile.parse(NAME, new byte[] {0x30, 9, 0x30, 5, 6, 1, 1, 5, 0, 4, 0}).privateKey(),
        "has a password");
    assertProblem(
        () -> PemFile.parse(NAME, one.key().getEncoded()).certificates(), "no certificate");
    assertProblem(() -> PemFile.read(one.pem()).privateKey(), "no private key", "CERTIFICATE");
    assertProblem(() -> PemFile.read(one.keyPem()).certificates(), "no certificate");
    assertProblem(
        () -> parse(Certificates.pem("ENCRYPTED PRIVATE KEY", new byte[9])).privateKey(),
        "has a password",
        "openssl pkey");
    assertProblem(
        () -> parse(Certificates.pem("PRIVATE KEY", new byte[9])).privateKey(), "cannot be used");
    assertProblem(
        () -> parse(Certificates.pem("CERTIFICATE", new byte[9])).certificates(), "is damaged");
    assertProblem(
        () -> TlsIdentity.read(one.pem(), two.keyPem()), "is not that of the first certificate");
  }

  private static void assertProblem(Runnable reading, String... texts) {
    assertThatThrownBy(reading::run)
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll(texts);
  }

  /** Whatever is in a file, the answer is a sentence. */
  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE"})
  void damagedFilesAreRefusedInWords(String label) throws Exception {
    Certificates ec = Certificates.create(folder, "d" + label.replace(' ', '-'), "EC", "CN=x");
    byte[] good =
        label.equals("CERTIFICATE") ? ec.certificate().getEncoded() : ec.key().getEncoded();
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 2000; i++) {
      byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
      for (int change = random.nextInt(4); change > 0 && bad.length > 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      assertThatCode(
              () -> {
                try {
                  PemFile file = parse(Certificates.pem(label, bad));
                  List<?> unused =
                      label.equals("CERTIFICATE")
                          ? file.certificates()
                          : List.of(file.privateKey());
                  assertThat(unused).isNotEmpty();
                } catch (TlsFileException expected) {
                  assertThat(expected.getMessage()).isNotBlank();
                }
              })
          .doesNotThrowAnyException();
    }
  }
}
