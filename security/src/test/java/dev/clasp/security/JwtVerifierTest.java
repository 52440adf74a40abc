package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.net.URI;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerifierTest {

  private static final String RIGHTS = "\"clasp\":{\"read\":[\"/a/**\"]}";

  private final TestClock clock = new TestClock();
  private final List<JwtKey> keys = new ArrayList<>();
  private List<JwtKey> fresh = List.of();
  private int refreshes;
  private JwtConfig config = JwtConfig.DEFAULT.withAlgorithms(EnumSet.allOf(JwtAlgorithm.class));

  private JwtVerdict verify(String token) {
    JwtVerifier.KeySource source =
        new JwtVerifier.KeySource() {
          @Override
          public List<JwtKey> keys() {
            return keys;
          }

          @Override
          public List<JwtKey> freshKeys() {
            refreshes++;
            return fresh;
          }
        };
    return new JwtVerifier(config, List.of(source), clock).verify(token);
  }

  private void trustAll() {
    keys.add(new JwtKey.Secret(Optional.empty(), Jwts.SECRET));
    keys.add(new JwtKey.Rsa(Optional.empty(), (RSAPublicKey) Jwts.RSA.getPublic()));
    keys.add(new JwtKey.EllipticCurve(Optional.empty(), (ECPublicKey) Jwts.EC.getPublic()));
    keys.add(new JwtKey.Edwards(Optional.empty(), (EdECPublicKey) Jwts.ED.getPublic()));
  }

  private String claims(String more) {
    return "{\"exp\":" + (clock.seconds() + 100) + "," + RIGHTS + more + "}";
  }

  private static Identity identity(JwtVerdict verdict) {
    assertThat(verdict).isInstanceOf(JwtVerdict.Valid.class);
    return ((JwtVerdict.Valid) verdict).identity();
  }

  @Test
  void allFourAlgorithmsAreVerified() {
    trustAll();
    for (String token :
        List.of(
            Jwts.hs256(claims("")),
            Jwts.rs256(claims("")),
            Jwts.es256(claims("")),
            Jwts.eddsa(claims("")))) {
      assertThat(JwtVerifier.isJwt(token)).isTrue();
      assertThat(identity(verify(token)).scopes()).isEqualTo(ScopesTest.scopes("read:/a/**"));
    }
  }

  @Test
  void theIdentityIsWhatTheClaimsSay() {
    trustAll();
    Identity identity =
        identity(verify(Jwts.es256(claims(",\"sub\":\"desk\",\"jti\":\"t-1\",\"iss\":\"x\""))));
    assertThat(identity.tokenId()).isEqualTo("jwt:t-1");
    assertThat(identity.subject()).hasValue("desk");
    assertThat(identity.expiresAt()).hasValue(clock.seconds() + 100);
  }

  @Test
  void withoutJtiTheIdIsTheDigest() {
    trustAll();
    String token = Jwts.es256(claims(""));
    assertThat(identity(verify(token)).tokenId()).isEqualTo("jwt:" + TokenDigest.of(token).id());
  }

  @Test
  void aChangedTokenIsForged() {
    trustAll();
    for (String token :
        List.of(
            Jwts.hs256(claims("")),
            Jwts.rs256(claims("")),
            Jwts.es256(claims("")),
            Jwts.eddsa(claims("")))) {
      String[] parts = token.split("\\.");
      String more = Base64URL.encode(claims(",\"clasp\":{\"write\":[\"/**\"]}")).toString();
      assertThat(verify(parts[0] + "." + more + "." + parts[2]))
          .isInstanceOf(JwtVerdict.Forged.class);
      assertThat(verify(parts[0] + "." + parts[1] + ".")).isInstanceOf(JwtVerdict.Forged.class);
      assertThat(verify(parts[0] + "." + parts[1] + "." + parts[2].substring(4)))
          .isInstanceOf(JwtVerdict.Forged.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "HS384", "HS512", "PS256", "ES256K", "x"})
  void otherAlgorithmsAreRefused(String algorithm) {
    trustAll();
    assertThat(verify(Jwts.unsigned("{\"alg\":\"" + algorithm + "\"}", claims(""))))
        .isInstanceOf(JwtVerdict.Forged.class);
  }

  @Test
  void onlyAllowedAlgorithmsAreAccepted() {
    trustAll();
    config = JwtConfig.DEFAULT.withAlgorithms(Set.of(JwtAlgorithm.ES256));
    assertThat(verify(Jwts.rs256(claims("")))).isInstanceOf(JwtVerdict.Forged.class);
    assertThat(verify(Jwts.es256(claims("")))).isInstanceOf(JwtVerdict.Valid.class);
  }

  @Test
  void aPublicKeyIsNeverASecret() {
    keys.add(new JwtKey.Rsa(Optional.empty(), (RSAPublicKey) Jwts.RSA.getPublic()));
    for (byte[] known :
        List.of(
            Jwts.RSA.getPublic().getEncoded(), Jwts.pem(Jwts.RSA.getPublic()).getBytes(UTF_8))) {
      assertThat(verify(Jwts.hs256(claims(""), known))).isInstanceOf(JwtVerdict.Unknown.class);
    }
  }

  @Test
  void keysThatTheTokenBringsAreNotLookedAt() {
    trustAll();
    KeyPair own = Jwts.pair("RSA", 2048);
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .jwk(new RSAKey.Builder((RSAPublicKey) own.getPublic()).build())
            .jwkURL(URI.create("http://127.0.0.1:1/keys"))
            .x509CertURL(URI.create("http://127.0.0.1:1/cert"))
            .build();
    assertThat(verify(Jwts.sign(header, claims(""), new RSASSASigner(own.getPrivate()))))
        .isEqualTo(new JwtVerdict.Forged("the signature is wrong"));
  }

  @Test
  void criticalHeadersAreRefused() {
    trustAll();
    assertThat(
            verify(
                Jwts.unsigned("{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}", claims(""))))
        .isInstanceOf(JwtVerdict.Forged.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"alg\":7}",
        "[]",
        "{\"alg\":\"RS256\",\"alg\":\"HS256\"}",
        "{",
        "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}"
      })
  void aHeaderThatIsNoneIsForged(String header) {
    trustAll();
    assertThat(verify(Jwts.unsigned(header, claims("")))).isInstanceOf(JwtVerdict.Forged.class);
  }

  @Test
  void theExpiryIsMandatoryAndExact() {
    trustAll();
    assertThat(verify(Jwts.es256("{" + RIGHTS + "}")))
        .isEqualTo(new JwtVerdict.Unfit("it has no expiry, claim 'exp'"));
    long now = clock.seconds();
    assertThat(verify(Jwts.es256("{\"exp\":" + now + "}"))).isInstanceOf(JwtVerdict.Expired.class);
    assertThat(verify(Jwts.es256("{\"exp\":" + (now + 1) + "}")))
        .isInstanceOf(JwtVerdict.Valid.class);
    assertThat(verify(Jwts.es256("{\"exp\":" + now + ".9}")))
        .isInstanceOf(JwtVerdict.Expired.class);
    for (String bad : List.of("\"1\"", "-1", "1e300", "99999999999999999999", "null", "true")) {
      assertThat(verify(Jwts.es256("{\"exp\":" + bad + "}"))).isInstanceOf(JwtVerdict.Unfit.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nbf, 60, true",
    "nbf, 61, false",
    "iat, 60, true",
    "iat, 61, false",
    "nbf, -9, true"
  })
  void clocksMayDifferByAMinute(String claim, int ahead, boolean accepted) {
    trustAll();
    JwtVerdict verdict =
        verify(Jwts.es256(claims(",\"" + claim + "\":" + (clock.seconds() + ahead))));
    assertThat(verdict instanceof JwtVerdict.Valid).isEqualTo(accepted);
    assertThat(verdict instanceof JwtVerdict.Unfit).isEqualTo(!accepted);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\"iss\":\"https://id\",\"aud\":\"clasp\" | true",
        "\"iss\":\"https://id\",\"aud\":[\"x\",\"clasp\"] | true",
        "\"iss\":\"https://id\",\"aud\":[] | false",
        "\"iss\":\"https://id\",\"aud\":\"other\" | false",
        "\"iss\":\"https://id\" | false",
        "\"iss\":\"https://id/\",\"aud\":\"clasp\" | false",
        "\"aud\":\"clasp\" | false",
      })
  void issuerAndAudienceAreCheckedIfConfigured(String more, boolean accepted) {
    trustAll();
    assertThat(verify(Jwts.es256(claims("," + more)))).isInstanceOf(JwtVerdict.Valid.class);
    config = config.withIssuer("https://id").withAudience("clasp");
    assertThat(verify(Jwts.es256(claims("," + more))) instanceof JwtVerdict.Valid)
        .isEqualTo(accepted);
  }

  @Test
  void theKidChoosesTheKey() {
    RSAPublicKey right = (RSAPublicKey) Jwts.RSA.getPublic();
    RSAPublicKey other = (RSAPublicKey) Jwts.pair("RSA", 2048).getPublic();
    keys.add(new JwtKey.Rsa(Optional.of("old"), other));
    keys.add(new JwtKey.Rsa(Optional.of("new"), right));
    assertThat(verify(Jwts.rs256(claims(""), "new"))).isInstanceOf(JwtVerdict.Valid.class);
    assertThat(verify(Jwts.rs256(claims(""), "old"))).isInstanceOf(JwtVerdict.Forged.class);
    assertThat(verify(Jwts.rs256(claims("")))).isInstanceOf(JwtVerdict.Valid.class);
    assertThat(refreshes).isZero();
  }

  @Test
  void anUnknownKidAsksForFreshKeys() {
    keys.add(new JwtKey.Rsa(Optional.of("old"), (RSAPublicKey) Jwts.pair("RSA", 2048).getPublic()));
    assertThat(verify(Jwts.rs256(claims(""), "new"))).isInstanceOf(JwtVerdict.Unknown.class);
    fresh = List.of(new JwtKey.Rsa(Optional.of("new"), (RSAPublicKey) Jwts.RSA.getPublic()));
    assertThat(verify(Jwts.rs256(claims(""), "new"))).isInstanceOf(JwtVerdict.Valid.class);
    assertThat(refreshes).isEqualTo(2);
  }

  @Test
  void namesTwiceInThePayloadAreRefused() {
    trustAll();
    assertThat(verify(Jwts.es256(claims(",\"exp\":99999999999"))))
        .isInstanceOf(JwtVerdict.Unfit.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a.b", "a.b.c.d", "a.b.c d", "..", "a..b", "é.a.b", "cpsk_x"})
  void otherTextsAreNoJwts(String text) {
    assertThat(JwtVerifier.isJwt(text)).isFalse();
  }

  @Test
  void aStrangeJtiIsRefused() {
    trustAll();
    assertThat(verify(Jwts.es256(claims(",\"jti\":\"a b\"")))).isInstanceOf(JwtVerdict.Unfit.class);
    assertThat(verify(Jwts.es256(claims(",\"jti\":\"\"")))).isInstanceOf(JwtVerdict.Unfit.class);
    assertThat(verify(Jwts.es256(claims(",\"jti\":7")))).isInstanceOf(JwtVerdict.Unfit.class);
  }
}
