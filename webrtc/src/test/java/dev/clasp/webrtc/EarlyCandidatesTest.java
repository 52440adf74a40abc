package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EarlyCandidatesTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final EarlyCandidates early = new EarlyCandidates();

  private static Candidate candidate(int n) {
    return new Candidate("candidate:" + n, "0", 0, Optional.empty());
  }

  @Test
  void candidatesWaitForTheirOfferInTheirOrder() {
    early.keep("a", "c", candidate(1), 0);
    early.keep("a", "c", candidate(2), SECOND);
    early.keep("a", "other", candidate(3), SECOND);
    assertThat(early.take("a", "c", 2 * SECOND)).containsExactly(candidate(1), candidate(2));
    assertThat(early.take("a", "c", 2 * SECOND)).isEmpty();
  }

  @Test
  void anotherPeerCannotPutCandidatesIntoAnAttempt() {
    early.keep("mallory", "c", candidate(1), 0);
    assertThat(early.take("a", "c", 0)).isEmpty();
  }

  @Test
  void afterThirtySecondsTheyAreForgotten() {
    early.keep("a", "c", candidate(1), 0);
    assertThat(early.take("a", "c", 31 * SECOND)).isEmpty();
    assertThat(early.attempts()).isZero();
  }

  @Test
  void noMoreThan64WaitForOneAttemptAndForNoMoreThan64Attempts() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(early.keep("a", "c", candidate(i), 0)).isEqualTo(i < 64);
    }
    assertThat(early.take("a", "c", 0)).hasSize(64);
    for (int i = 0; i < 1_000; i++) {
      early.keep("a", "c" + i, candidate(i), 0);
    }
    assertThat(early.attempts()).isEqualTo(64);
    assertThat(early.take("a", "c999", 0)).hasSize(1);
    assertThat(early.take("a", "c0", 0)).isEmpty();
  }
}
