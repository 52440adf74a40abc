package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtKeysTest {

  private static RSAKey.Builder rsa() {
    return new RSAKey.Builder((RSAPublicKey) Jwts.RSA.getPublic());
  }

  private static OctetKeyPair edwards() {
    // The last 32 bytes of the encoded key are the key (RFC 8410).
    byte[] encoded = Jwts.ED.getPublic().getEncoded();
    byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).keyID("ed").build();
  }

  private static String set(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(false);
  }

  @Test
  void pemKeysOfAllKindsVerify() throws Exception {
    String claims = "{}";
    assertThat(JwtKeys.pem(Jwts.pem(Jwts.RSA.getPublic())))
        .satisfies(key -> assertThat(key.verifies(JWSObject.parse(Jwts.rs256(claims)))).isTrue());
    assertThat(JwtKeys.pem("text before\n" + Jwts.pem(Jwts.EC.getPublic())))
        .satisfies(key -> assertThat(key.verifies(JWSObject.parse(Jwts.es256(claims)))).isTrue());
    assertThat(JwtKeys.pem(Jwts.pem(Jwts.ED.getPublic())))
        .satisfies(key -> assertThat(key.verifies(JWSObject.parse(Jwts.eddsa(claims)))).isTrue());
  }

  @Test
  void keysOfASetVerify() throws Exception {
    List<JwtKey> keys =
        JwtKeys.set(
            set(
                rsa().keyID("r").build(),
                new ECKey.Builder(Curve.P_256, (ECPublicKey) Jwts.EC.getPublic()).build(),
                edwards()));
    assertThat(keys)
        .extracting(JwtKey::algorithm)
        .containsExactly(JwtAlgorithm.RS256, JwtAlgorithm.ES256, JwtAlgorithm.EDDSA);
    assertThat(keys)
        .extracting(JwtKey::kid)
        .containsExactly(Optional.of("r"), Optional.empty(), Optional.of("ed"));
    assertThat(keys.get(0).verifies(JWSObject.parse(Jwts.rs256("{}")))).isTrue();
    assertThat(keys.get(1).verifies(JWSObject.parse(Jwts.es256("{}")))).isTrue();
    assertThat(keys.get(2).verifies(JWSObject.parse(Jwts.eddsa("{}")))).isTrue();
  }

  @Test
  void keysThatAreNotForOurSignaturesAreLeftOut() {
    String json =
        set(
            rsa().keyID("enc").keyUse(KeyUse.ENCRYPTION).build(),
            rsa().keyID("ps").algorithm(JWSAlgorithm.PS256).build(),
            new RSAKey.Builder((RSAPublicKey) Jwts.pair("RSA", 1024).getPublic())
                .keyID("small")
                .build(),
            new ECKey.Builder(Curve.P_384, (ECPublicKey) Jwts.ec("secp384r1").getPublic())
                .keyID("p384")
                .build(),
            rsa().keyID("good").keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.RS256).build());
    assertThat(JwtKeys.set(json)).extracting(JwtKey::kid).containsExactly(Optional.of("good"));
  }

  @Test
  void aSecretInASetIsNoKey() {
    String json =
        new JWKSet(List.of(new OctetSequenceKey.Builder(Jwts.SECRET).build(), rsa().build()))
            .toString(false);
    assertThat(JwtKeys.set(json)).extracting(JwtKey::algorithm).containsExactly(JwtAlgorithm.RS256);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"keys\":7}",
        "{\"keys\":[]}",
        "{\"keys\":[{\"kty\":\"X\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
        "{\"keys\":[7]}"
      })
  void whatIsNoUsefulSetIsRefused(String json) {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> JwtKeys.set(json))
        .satisfies(e -> assertThat(e.getMessage()).startsWith("it "));
  }

  @Test
  void aSecretHas32BytesOrMoreWithoutTheLineEnd() {
    assertThat(JwtKeys.secret((new String(Jwts.SECRET, UTF_8) + "\r\n").getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            JwtKey.Secret.class, key -> assertThat(key.bytes()).isEqualTo(Jwts.SECRET));
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> JwtKeys.secret(("x".repeat(31) + "\n").getBytes(UTF_8)))
        .withMessageContaining("at least 32 bytes, this one has 31");
    assertThat(JwtKeys.secret(Jwts.SECRET).toString()).isEqualTo("secret");
  }

  @Test
  void aPrivateKeyIsRefused() {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(
            () -> JwtKeys.pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
        .withMessageContaining("private key");
  }

  @Test
  void otherPemIsRefused() {
    for (String text :
        List.of(
            "",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            Jwts.pem(Jwts.pair("RSA", 1024).getPublic()),
            Jwts.pem(Jwts.ec("secp384r1").getPublic()))) {
      assertThatExceptionOfType(TokenFormatException.class).isThrownBy(() -> JwtKeys.pem(text));
    }
  }
}
