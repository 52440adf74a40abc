package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.security.Ending.Cause;
import dev.clasp.security.LoginReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAuthenticatorTest {

  private static final String DESK = "cpsk_deskdeskdeskdeskdesk";
  private static final String VIEW = "cpsk_viewviewviewviewview";
  private static final String PEER = "192.0.2.1:5000";

  private static final Login NO_TOKEN = new Login.Refused(300, "Authentication required");
  private static final Login INVALID = new Login.Refused(300, "Invalid token");
  private static final Login EXPIRED = new Login.Refused(302, "Token has expired");
  private static final Login TOO_MANY = new Login.Refused(429, "Too many attempts");

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final List<LoginReport> reports = new ArrayList<>();
  private final List<Ending> endings = new ArrayList<>();
  private final Deque<Runnable> slow = new ArrayDeque<>();
  private final List<TokenAuthenticator> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(TokenAuthenticator::close);
  }

  private Path write(String name, String text) throws IOException {
    Path path = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    return path;
  }

  private TokenAuthenticator open(TokenConfig config) {
    TokenAuthenticator authenticator =
        new TokenAuthenticator(config, clock, reports::add, Optional.of(slow::addLast));
    open.add(authenticator);
    return authenticator;
  }

  private TokenAuthenticator withTokens(String... lines) throws IOException {
    return open(
        TokenConfig.NOBODY
            .withFiles(List.of(write("tokens", String.join("\n", lines))))
            .withJwt(
                JwtConfig.DEFAULT.withSecret(write("secret", new String(Jwts.SECRET, UTF_8)))));
  }

  /** The answer, after everything slow is done. */
  private Login login(TokenAuthenticator authenticator, String token, String peer) {
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.of(token), peer, answers::add);
    while (!slow.isEmpty()) {
      slow.removeFirst().run();
    }
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private Login login(TokenAuthenticator authenticator, String token) {
    return login(authenticator, token, PEER);
  }

  private static Identity admitted(Login login) {
    assertThat(login).isInstanceOf(Login.Admitted.class);
    return ((Login.Admitted) login).identity();
  }

  private String jwt(String more) {
    return Jwts.hs256(
        "{\"exp\":" + (clock.seconds() + 1000) + ",\"clasp\":{\"read\":[\"/a\"]}" + more + "}");
  }

  private LoginReport lastReport() {
    return reports.getLast();
  }

  // --- answers -----------------------------------------------------------------------------------

  @Test
  void withoutATokenOneIsAskedFor() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a");
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.empty(), PEER, answers::add);
    authenticator.authenticate(Optional.of(""), PEER, answers::add);
    assertThat(answers).containsExactly(NO_TOKEN, NO_TOKEN);
    assertThat(lastReport().outcome()).isEqualTo(Outcome.NO_TOKEN);
  }

  @Test
  void aPreSharedKeyIsAnsweredWithinTheCall() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " write:/a/** subject=foh");
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.of(DESK), PEER, answers::add);
    assertThat(slow).isEmpty();
    Identity identity = admitted(answers.getFirst());
    assertThat(identity.tokenId()).isEqualTo(TokenDigest.of(DESK).id());
    assertThat(identity.subject()).hasValue("foh");
    assertThat(identity.scopes()).isEqualTo(ScopesTest.scopes("write:/a/**"));
    assertThat(lastReport())
        .isEqualTo(
            new LoginReport(
                clock.instant(),
                PEER,
                Optional.of(identity.tokenId()),
                Optional.of("foh"),
                Outcome.ADMITTED,
                "as [write:/a/**]"));
    assertThat(authenticator.valid(identity)).isTrue();
  }

  @Test
  void aJwtIsVerifiedElsewhere() throws Exception {
    TokenAuthenticator authenticator = withTokens();
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.of(jwt(",\"jti\":\"one\"")), PEER, answers::add);
    assertThat(answers).isEmpty();
    slow.removeFirst().run();
    Identity identity = admitted(answers.getFirst());
    assertThat(identity.tokenId()).isEqualTo("jwt:one");
    assertThat(authenticator.valid(identity)).isTrue();
  }

  @Test
  void withoutAnExecutorOfTheTestItIsAnotherThread() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    try (TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withJwt(
                JwtConfig.DEFAULT.withSecret(write("secret", new String(Jwts.SECRET, UTF_8)))),
            clock,
            report -> {})) {
      authenticator.authenticate(
          Optional.of(jwt("")), PEER, login -> thread.complete(Thread.currentThread()));
      assertThat(thread.get(30, TimeUnit.SECONDS).isVirtual()).isTrue();
    }
  }

  @Test
  void whatHasExpiredIsToldSo() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a expires=" + clock.seconds());
    assertThat(login(authenticator, DESK)).isEqualTo(EXPIRED);
    assertThat(lastReport().outcome()).isEqualTo(Outcome.EXPIRED);
    String old = jwt("");
    clock.advance(Duration.ofSeconds(1000));
    assertThat(login(authenticator, old)).isEqualTo(EXPIRED);
  }

  @Test
  void whatIsNotValidYetIsInvalid() throws Exception {
    TokenAuthenticator authenticator =
        withTokens(DESK + " read:/a not_before=" + (clock.seconds() + 1));
    assertThat(login(authenticator, DESK)).isEqualTo(INVALID);
    assertThat(lastReport().detail()).contains("not come yet");
    clock.advance(Duration.ofSeconds(1));
    admitted(login(authenticator, DESK));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cap_AAAA", "ent_AAAA", "cpsk_wrong", "hello", "a.b.c", "cap_a.b.c", "\u0000"})
  void everythingElseIsInvalidAndWhyIsOnlyInTheReport(String token) throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a");
    assertThat(login(authenticator, token)).isEqualTo(INVALID);
    assertThat(lastReport().outcome()).isEqualTo(Outcome.INVALID);
    assertThat(lastReport().detail()).isNotEmpty();
    assertThat(reports.toString()).doesNotContain("cpsk_wrong");
  }

  @Test
  void aTokenIsNeverInAReport() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a");
    String jwt = jwt("");
    login(authenticator, DESK);
    login(authenticator, DESK + "x");
    login(authenticator, jwt);
    login(authenticator, jwt + "x");
    assertThat(reports).hasSize(4);
    assertThat(reports.toString()).doesNotContain(DESK).doesNotContain(jwt.substring(0, 30));
  }

  @Test
  void longTokensAreNotLookedAt() throws Exception {
    TokenAuthenticator authenticator = withTokens();
    assertThat(login(authenticator, "cpsk_" + "a".repeat(508))).isEqualTo(INVALID);
    assertThat(lastReport().detail()).contains("512");
    String large = jwt(",\"x\":\"" + "a".repeat(9000) + "\"");
    assertThat(login(authenticator, large)).isEqualTo(INVALID);
    assertThat(lastReport().detail()).contains("8192");
  }

  @Test
  void aReportThatFailsKeepsNobodyOut() throws Exception {
    TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withLines(List.of(DESK + " read:/a")),
            clock,
            report -> {
              throw new IllegalStateException("disk full");
            });
    open.add(authenticator);
    admitted(login(authenticator, DESK));
  }

  // --- guessing ----------------------------------------------------------------------------------

  @Test
  void whoGuessesIsSlowedDownAndNeighboursAreNot() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a", VIEW + " read:/a");
    admitted(login(authenticator, DESK));
    for (int i = 0; i < 10; i++) {
      assertThat(login(authenticator, "cpsk_guess" + i)).isEqualTo(INVALID);
    }
    assertThat(login(authenticator, "cpsk_guess10")).isEqualTo(TOO_MANY);
    // Even the right one is not told now: it could be a guess.
    assertThat(login(authenticator, VIEW)).isEqualTo(TOO_MANY);
    assertThat(lastReport().outcome()).isEqualTo(Outcome.THROTTLED);
    // But who was in before comes in again, and other addresses are not concerned.
    admitted(login(authenticator, DESK));
    admitted(login(authenticator, VIEW, "192.0.2.2:5000"));
    clock.advance(Duration.ofSeconds(6));
    admitted(login(authenticator, VIEW));
  }

  @Test
  void whoRepeatsOneWrongTokenIsNotGuessing() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a");
    for (int i = 0; i < 10; i++) {
      assertThat(login(authenticator, "cpsk_old")).isEqualTo(INVALID);
    }
    assertThat(login(authenticator, "cpsk_old")).isEqualTo(TOO_MANY);
    assertThat(login(authenticator, "cpsk_old", "192.0.2.9:1")).isEqualTo(TOO_MANY);
    admitted(login(authenticator, DESK));
  }

  @Test
  void whoComesWithAnExpiredTokenIsNotGuessing() throws Exception {
    String expired = DESK + " read:/a expires=" + clock.seconds();
    TokenAuthenticator authenticator = withTokens(expired, VIEW + " read:/a");
    for (int i = 0; i < 30; i++) {
      login(authenticator, DESK);
    }
    assertThat(lastReport().outcome()).isEqualTo(Outcome.THROTTLED);
    admitted(login(authenticator, VIEW));
  }

  @Test
  void aForgedJwtIsVerifiedOnceInTenMinutes() throws Exception {
    TokenAuthenticator authenticator = withTokens();
    String forged = Jwts.hs256("{}", new byte[32]);
    assertThat(login(authenticator, forged)).isEqualTo(INVALID);
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.of(forged), PEER, answers::add);
    assertThat(answers).containsExactly(INVALID);
    clock.advance(Duration.ofMinutes(10));
    authenticator.authenticate(Optional.of(forged), PEER, answers::add);
    assertThat(answers).hasSize(1);
    assertThat(slow).hasSize(1);
  }

  @Test
  void aBlockedAddressCostsNoVerification() throws Exception {
    TokenAuthenticator authenticator = withTokens();
    for (int i = 0; i < 10; i++) {
      login(authenticator, Jwts.hs256("{\"n\":" + i + "}", new byte[32]));
    }
    List<Login> answers = new ArrayList<>();
    authenticator.authenticate(Optional.of(jwt("")), PEER, answers::add);
    assertThat(answers).containsExactly(TOO_MANY);
    assertThat(slow).isEmpty();
  }

  // --- changes -----------------------------------------------------------------------------------

  @Test
  void aRevokedTokenEndsAndCannotComeBack() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a", VIEW + " read:/a");
    Identity desk = admitted(login(authenticator, DESK));
    Identity view = admitted(login(authenticator, VIEW));
    write("tokens", VIEW + " read:/a\n# no desk");
    authenticator.tick(endings::add);
    assertThat(endings).containsExactly(new Ending(desk.tokenId(), Cause.REVOKED));
    assertThat(endings.getFirst().concerns(desk)).isTrue();
    assertThat(endings.getFirst().concerns(view)).isFalse();
    assertThat(endings.getFirst().concerns(Identity.ANYBODY)).isFalse();
    assertThat(authenticator.valid(desk)).isFalse();
    assertThat(authenticator.valid(view)).isTrue();
    assertThat(login(authenticator, DESK)).isEqualTo(INVALID);
  }

  @Test
  void aTokenThatIsAddedComesInAlthoughItWasWrongBefore() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " read:/a");
    for (int i = 0; i < 15; i++) {
      login(authenticator, VIEW);
    }
    write("tokens", DESK + " read:/a\n" + VIEW + " read:/a");
    authenticator.tick(endings::add);
    admitted(login(authenticator, VIEW));
  }

  @Test
  void anIdentityWithOtherRightsThanNowIsNotValid() throws Exception {
    TokenAuthenticator authenticator = withTokens(DESK + " write:/a");
    Identity desk = admitted(login(authenticator, DESK));
    write("tokens", DESK + " read:/a");
    authenticator.tick(endings::add);
    assertThat(endings).containsExactly(new Ending(desk.tokenId(), Cause.CHANGED));
    assertThat(authenticator.valid(desk)).isFalse();
    assertThat(authenticator.valid(admitted(login(authenticator, DESK)))).isTrue();
  }

  @Test
  void tokensOfTheConfigurationExpireToo() {
    TokenAuthenticator authenticator =
        open(
            TokenConfig.NOBODY.withLines(
                List.of(DESK + " read:/a expires=" + (clock.seconds() + 5))));
    Identity desk = admitted(login(authenticator, DESK));
    authenticator.tick(endings::add);
    assertThat(endings).isEmpty();
    clock.advance(Duration.ofSeconds(5));
    assertThat(authenticator.valid(desk)).isFalse();
    authenticator.tick(endings::add);
    authenticator.tick(endings::add);
    assertThat(endings).containsExactly(new Ending(desk.tokenId(), Cause.EXPIRED));
  }

  @Test
  void aJwtOnTheListOfRevokedOnesEnds() throws Exception {
    Path revoked = write("revoked", "# none yet\n");
    TokenAuthenticator authenticator =
        open(
            TokenConfig.NOBODY.withJwt(
                JwtConfig.DEFAULT
                    .withSecret(write("secret", new String(Jwts.SECRET, UTF_8)))
                    .withRevoked(revoked)));
    String token = jwt(",\"jti\":\"one\"");
    Identity identity = admitted(login(authenticator, token));
    write("revoked", "two\none\n");
    authenticator.tick(endings::add);
    assertThat(endings)
        .containsExactlyInAnyOrder(
            new Ending("jwt:one", Cause.REVOKED), new Ending("jwt:two", Cause.REVOKED));
    assertThat(authenticator.valid(identity)).isFalse();
    assertThat(login(authenticator, token)).isEqualTo(INVALID);
    assertThat(lastReport().detail()).contains("revoked");
    write("revoked", "two\n");
    authenticator.tick(endings::add);
    admitted(login(authenticator, token));
  }

  @Test
  void whatANewSecretSignsIsAcceptedAtOnce() throws Exception {
    TokenAuthenticator authenticator = withTokens();
    byte[] other = "another secret that is long enough".getBytes(UTF_8);
    String token = Jwts.hs256("{\"exp\":" + (clock.seconds() + 9) + "}", other);
    assertThat(login(authenticator, token)).isEqualTo(INVALID);
    write("secret", new String(other, UTF_8));
    authenticator.tick(endings::add);
    admitted(login(authenticator, token));
    assertThat(login(authenticator, jwt(""))).isEqualTo(INVALID);
  }

  @Test
  void aRunningAuthenticatorSeesARevocationByItself() throws Exception {
    CompletableFuture<Ending> seen = new CompletableFuture<>();
    Path tokens = write("tokens", DESK + " read:/a");
    try (TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(tokens)),
            java.time.InstantSource.system(),
            report -> {})) {
      authenticator.start(seen::complete);
      write("tokens", "# nobody\n");
      assertThat(seen.get(30, TimeUnit.SECONDS))
          .isEqualTo(new Ending(TokenDigest.of(DESK).id(), Cause.REVOKED));
    }
  }

  // --- the start ---------------------------------------------------------------------------------

  @Test
  void whatIsWrongAtTheStartIsOneSentence() throws Exception {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> open(TokenConfig.NOBODY))
        .withMessageContaining("nothing to check them with");
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> open(TokenConfig.NOBODY.withLines(List.of("stage-secret admin:/**"))))
        .withMessage(
            "token 1 of the configuration: a token begins with cpsk_; without it no router would"
                + " ever accept it");
    Path secret = write("secret", "short");
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> open(TokenConfig.NOBODY.withJwt(JwtConfig.DEFAULT.withSecret(secret))))
        .withMessageContaining("JWT secret " + secret)
        .withMessageContaining("at least 32 bytes");
    Path exposed = write("secret", new String(Jwts.SECRET, UTF_8));
    Files.setPosixFilePermissions(exposed, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> open(TokenConfig.NOBODY.withJwt(JwtConfig.DEFAULT.withSecret(exposed))))
        .withMessageContaining("chmod 600");
  }

  @Test
  void severalFilesAndLinesAreOneSet() throws Exception {
    TokenAuthenticator authenticator =
        open(
            TokenConfig.NOBODY
                .withFiles(
                    List.of(
                        write("a", DESK + " read:/a"),
                        write("b", "{\"tokens\":{\"" + VIEW + "\":{\"scopes\":[\"read:/b\"]}}}")))
                .withLines(List.of("cpsk_third read:/c"))
                .withDefaultScopes(Scopes.NONE));
    assertThat(authenticator.size()).isEqualTo(3);
    admitted(login(authenticator, DESK));
    admitted(login(authenticator, VIEW));
    admitted(login(authenticator, "cpsk_third"));
  }
}
