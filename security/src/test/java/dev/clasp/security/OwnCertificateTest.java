package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.security.OwnCertificate.Request;
import dev.clasp.security.OwnCertificate.Use;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnCertificateTest {

  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  private static OwnCertificate server(String... names) {
    return OwnCertificate.make(
        new Request(Use.SERVER, "Main stage", List.of(names), Duration.ofDays(30)),
        NOW,
        new SecureRandom());
  }

  @Test
  void saysWhoseItIsAndForHowLong() throws Exception {
    X509Certificate made = server("stage.local", "10.0.0.7", "::1").certificate();

    assertThat(made.getSubjectX500Principal().getName()).isEqualTo("CN=Main stage");
    assertThat(made.getSubjectAlternativeNames().stream().map(n -> String.valueOf(n.get(1))))
        .containsExactly("stage.local", "10.0.0.7", "0:0:0:0:0:0:0:1");
    assertThat(made.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(made.getNotBefore().toInstant()).isEqualTo("2026-11-26T09:00:00Z");
    assertThat(made.getNotAfter().toInstant()).isEqualTo("2026-12-26T10:00:00Z");
    made.verify(made.getPublicKey());
  }

  /** Whoever gets hold of the key cannot make certificates for other sites. */
  @Test
  void signsNoOthers() {
    X509Certificate made = server("localhost").certificate();

    assertThat(made.getBasicConstraints()).isEqualTo(-1);
    assertThat(made.getKeyUsage()[5]).as("keyCertSign").isFalse();
  }

  @Test
  void thatOfAClientSaysSo() throws Exception {
    OwnCertificate made =
        OwnCertificate.make(
            new Request(Use.CLIENT, "desk", List.of(), Duration.ofDays(1)),
            NOW,
            new SecureRandom());

    assertThat(made.certificate().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(made.certificate().getSubjectAlternativeNames()).isNull();
  }

  @Test
  void noTwoAreTheSame() {
    assertThat(server("a").certificate().getSerialNumber())
        .isPositive()
        .isNotEqualTo(server("a").certificate().getSerialNumber());
    assertThat(server("a").fingerprint())
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(server("a").fingerprint());
  }

  @Test
  void itsTextHidesTheKey() {
    OwnCertificate made = server("a");
    assertThat(made.toString()).isEqualTo("OwnCertificate[CN=Main stage]");
    assertThat(made.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
    assertThat(made.certificatePem()).endsWith("\n-----END CERTIFICATE-----\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a..b", "https://x", "10.0.0.300", "1::2::3", "a,b", "ä"})
  void refusesWhatIsNoName(String name) {
    assertThatThrownBy(() -> server(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no host name and no IP address");
  }

  @Test
  void aServerNeedsAName() {
    assertThatThrownBy(OwnCertificateTest::server).isInstanceOf(IllegalArgumentException.class);
  }
}
