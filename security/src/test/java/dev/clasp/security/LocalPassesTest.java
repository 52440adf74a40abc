package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.ErrorCode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalPassesTest {

  private static final Scopes SCOPES = Scopes.parseList("read:/**");
  private static final Login.Refused STRANGER =
      new Login.Refused(ErrorCode.UNAUTHORIZED, "no stranger");

  private long now = 1;
  private final List<Optional<String>> asked = new ArrayList<>();
  private final LocalPasses passes =
      new LocalPasses(
          (token, _, answer) -> {
            asked.add(token);
            answer.accept(STRANGER);
          },
          () -> now,
          new SecureRandom());

  private Login show(String token, String peer) {
    List<Login> answers = new ArrayList<>();
    passes.authenticate(Optional.of(token), peer, answers::add);
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  @Test
  void aPassIsGoodOnce() {
    String pass = passes.issue("bridge:desk", SCOPES);
    assertThat(show(pass, "local:bridge:desk"))
        .isInstanceOfSatisfying(
            Login.Admitted.class,
            admitted -> {
              assertThat(admitted.identity().subject()).hasValue("bridge:desk");
              assertThat(admitted.identity().scopes()).isEqualTo(SCOPES);
              assertThat(pass).doesNotContain(admitted.identity().tokenId());
            });
    assertThat(asked).isEmpty();
    assertThat(show(pass, "local:bridge:desk")).isEqualTo(STRANGER);
  }

  @Test
  void inOtherHandsItIsVoidAndStaysSo() {
    String pass = passes.issue("bridge:desk", SCOPES);
    assertThat(show(pass, "192.0.2.1:50000")).isEqualTo(STRANGER);
    assertThat(show(pass, "local:bridge:desk")).isEqualTo(STRANGER);

    String other = passes.issue("bridge:desk", SCOPES);
    assertThat(show(other, "local:bridge:other")).isEqualTo(STRANGER);
    assertThat(asked).hasSize(3);
  }

  @Test
  void itGetsOld() {
    String pass = passes.issue("bridge:desk", SCOPES);
    now += LocalPasses.LIFETIME.toNanos();
    assertThat(show(pass, "local:bridge:desk")).isInstanceOf(Login.Admitted.class);
    String late = passes.issue("bridge:desk", SCOPES);
    now += LocalPasses.LIFETIME.plus(Duration.ofNanos(1)).toNanos();
    assertThat(show(late, "local:bridge:desk")).isEqualTo(STRANGER);
  }

  @Test
  void everybodyElseIsAskedForTheirToken() {
    passes.authenticate(Optional.empty(), "local:bridge:desk", _ -> {});
    show("clasp-local-0000", "local:bridge:desk");
    show("cpsk_1234", "192.0.2.1:50000");
    assertThat(asked)
        .containsExactly(
            Optional.empty(), Optional.of("clasp-local-0000"), Optional.of("cpsk_1234"));
  }

  @Test
  void passesThatNobodyShowsDoNotFillTheMemory() {
    String first = passes.issue("bridge:desk", SCOPES);
    for (int i = 0; i < LocalPasses.MAX; i++) {
      passes.issue("bridge:desk", SCOPES);
    }
    assertThat(show(first, "local:bridge:desk")).isEqualTo(STRANGER);
  }
}
