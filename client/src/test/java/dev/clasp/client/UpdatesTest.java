package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Changes that depend on what is there. */
class UpdatesTest {

  private static final Message NONE = Rig.error(404, "NotFound", "/a");
  private static final Message CONFLICT =
      Rig.error(400, "RevisionConflict: expected revision 3, current is 4", "/a");

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private static Message there(double value, long revision) {
    return Rig.snapshot(Rig.entry("/a", value, revision));
  }

  private static Message write(double value, long revision) {
    return new Message.SetValue(
        "/a", Value.of(value), OptionalLong.of(revision), false, false, Optional.empty());
  }

  @Test
  void anUpdateWritesOnConditionThatNothingHasChanged() {
    var update = client.update("/a", found -> found.orElseThrow().as(double.class) + 1);
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"));
    rig.link().says(there(5, 3));
    assertThat(rig.sent()).containsExactly(write(6, 3));
    rig.link().says(Rig.ack("/a", 4));

    assertThat(result(update).value()).isEqualTo(Value.of(6.0));
    assertThat(result(update).revision()).isEqualTo(4);
    assertThat(result(update).writer()).hasValue(client.session());
  }

  @Test
  void anUpdateBeginsAgainWhenSomebodyWasFaster() {
    var update = client.update("/a", found -> found.orElseThrow().as(double.class) + 1);
    rig.sent();
    rig.link().says(there(5, 3));
    rig.sent();
    rig.link().says(CONFLICT);
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"));
    rig.link().says(there(7, 4));
    assertThat(rig.sent()).containsExactly(write(8, 4));
    rig.link().says(Rig.ack("/a", 5));

    assertThat(result(update).value()).isEqualTo(Value.of(8.0));
  }

  @Test
  void anUpdateOfNothingHasRevisionZero() {
    var update = client.update("/a", found -> found.isEmpty() ? 1.0 : 2.0);
    rig.sent();
    rig.link().says(NONE);
    assertThat(rig.sent()).containsExactly(write(1, 0));
    rig.link().says(Rig.ack("/a", 1));
    assertThat(result(update).revision()).isEqualTo(1);
  }

  @Test
  void anUpdateGivesUpInTheEnd() {
    var update = client.update("/a", _ -> 1.0);
    for (int i = 0; i < Updates.MAX_ATTEMPTS; i++) {
      assertThat(rig.sent()).containsExactly(new Message.Get("/a"));
      rig.link().says(there(5, i));
      rig.sent();
      rig.link().says(CONFLICT);
    }
    assertThat(Refusal.of(failure(update))).hasValue(Refusal.REVISION_CONFLICT);
    assertThat(Refusal.currentRevision(failure(update))).hasValue(4);
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void whatTheFunctionThrowsComesOut() {
    var update =
        client.update(
            "/a",
            _ -> {
              throw new IllegalStateException("no");
            });
    rig.sent();
    rig.link().says(there(5, 3));
    assertThat(update).isCompletedExceptionally();
    assertThat(Refusal.cause(update.exceptionNow())).hasMessage("no");
  }

  @Test
  void aValueIsSetOnlyIfItIsTheExpectedOne() {
    var other = client.compareAndSet("/a", Value.of(1), Value.of(9.0));
    rig.sent();
    rig.link().says(there(5, 3));
    assertThat(result(other)).isFalse();

    // JavaScript wrote 5.0 where we expect 5.
    var same = client.compareAndSet("/a", Value.of(5), Value.of(9.0));
    rig.sent();
    rig.link().says(there(5, 3));
    assertThat(rig.sent()).containsExactly(write(9, 3));
    rig.link().says(Rig.ack("/a", 4));
    assertThat(result(same)).isTrue();

    var none = client.compareAndSet("/a", Value.of(5), Value.of(9.0));
    rig.sent();
    rig.link().says(NONE);
    assertThat(result(none)).isFalse();
  }

  @Test
  void aRevisionIsComparedByTheRouter() {
    var lost = client.compareAndSet("/a", 3, Value.of(9.0));
    assertThat(rig.sent()).containsExactly(write(9, 3));
    rig.link().says(CONFLICT);
    assertThat(result(lost)).isFalse();

    var refused = client.compareAndSet("/a", 3, Value.of(9.0));
    rig.sent();
    rig.link().says(Rig.error(301, "Forbidden", "/a"));
    assertThat(Refusal.of(failure(refused))).hasValue(Refusal.FORBIDDEN);
  }

  @Test
  void refusalsAreToldByCodeAndText() {
    assertThat(Refusal.of(ClaspException.of(Kind.TIMEOUT, "late"))).isEmpty();
    assertThat(Refusal.of(new IllegalStateException("RevisionConflict"))).isEmpty();
    record Case(
        int code, String text, Refusal refusal, Class<? extends ClaspException> exception) {}
    for (Case each :
        List.of(
            new Case(
                401, "LockHeld: another session", Refusal.LOCK_HELD, ClaspException.Locked.class),
            new Case(
                400, "LockHeld { holder: \"x\" }", Refusal.LOCK_HELD, ClaspException.Locked.class),
            new Case(
                400,
                "RevisionConflict { expected: 1 }",
                Refusal.REVISION_CONFLICT,
                ClaspException.RevisionConflict.class),
            new Case(400, "ValueTooLarge", Refusal.NOT_ACCEPTED, ClaspException.Rejected.class),
            new Case(429, "slow down", Refusal.TOO_MANY, ClaspException.RateLimited.class),
            new Case(302, "expired", Refusal.FORBIDDEN, ClaspException.NotAuthorised.class),
            new Case(500, "oh", Refusal.UNABLE, ClaspException.Rejected.class),
            new Case(77, "?", Refusal.OTHER, ClaspException.Rejected.class))) {
      var write = client.set("/a", 1);
      rig.sent();
      rig.link().says(Rig.error(each.code(), each.text(), "/a"));
      assertThat(Refusal.of(failure(write))).as(each.text()).hasValue(each.refusal());
      assertThat(failure(write)).isExactlyInstanceOf(each.exception());
      assertThat(failure(write).here())
          .as("thrown by the blocking face")
          .isExactlyInstanceOf(each.exception())
          .hasMessage(failure(write).getMessage());
      assertThat(Refusal.of(new java.util.concurrent.CompletionException(failure(write))))
          .hasValue(each.refusal());
    }
  }

  @Test
  void eachKindIsAClass() {
    for (Kind kind : Kind.values()) {
      ClaspException e = ClaspException.of(kind, "why", new IllegalStateException("cause"));
      assertThat(e.kind()).isEqualTo(kind);
      assertThat(e.here()).isExactlyInstanceOf(e.getClass()).hasMessage("why");
    }
    assertThat(ClaspException.of(Kind.TIMEOUT, "")).isInstanceOf(ClaspException.TimedOut.class);
    assertThat(ClaspException.of(Kind.CLOSED, "")).isInstanceOf(ClaspException.Closed.class);
  }
}
