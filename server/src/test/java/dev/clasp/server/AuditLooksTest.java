package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditLooksTest {

  private final List<AuditEvent> written = new ArrayList<>();
  private final AuditLooks looks = new AuditLooks(written::add);

  private static AuditEvent call(String detail, Result result, long second, String token) {
    return AuditEvent.of(Instant.EPOCH.plusSeconds(second), Kind.ADMIN, result, detail)
        .withToken(Optional.of(token), Optional.empty())
        .withPeer("10.0.0.7:" + (1000 + second));
  }

  private List<String> details() {
    return written.stream().map(AuditEvent::detail).toList();
  }

  @Test
  void whatIsLookedAtEverySecondIsALineAMinuteThatSaysHowOften() {
    for (int second = 0; second < 125; second++) {
      looks.accept(call("GET /admin/v1/stats: HTTP 200", Result.OK, second, "a"));
    }
    assertThat(details())
        .containsExactly(
            "GET /admin/v1/stats: HTTP 200",
            "GET /admin/v1/stats: HTTP 200 (59 times more since the line before)",
            "GET /admin/v1/stats: HTTP 200 (59 times more since the line before)");
  }

  @Test
  void everyTokenAndCallHasItsOwnLine() {
    for (int round = 0; round < 3; round++) {
      looks.accept(call("GET /admin/v1/stats: HTTP 200", Result.OK, round, "a"));
      looks.accept(call("GET /admin/v1/stats: HTTP 200", Result.OK, round, "b"));
      looks.accept(call("GET /admin/v1/tokens: HTTP 200", Result.OK, round, "a"));
      looks.accept(call("POST /admin/v1/bridge-preview: HTTP 200", Result.OK, round, "a"));
    }
    assertThat(written).hasSize(4);
  }

  @Test
  void whatChangesFailsOrIsRefusedIsWrittenEveryTime() {
    for (int round = 0; round < 20; round++) {
      looks.accept(call("DELETE /admin/v1/sessions/1: HTTP 204", Result.OK, 0, "a"));
      looks.accept(call("POST /admin/v1/bridges: HTTP 201", Result.OK, 0, "a"));
      looks.accept(call("GET /admin/v1/tokens: HTTP 501", Result.FAILED, 0, "a"));
      looks.accept(call("HTTP 403", Result.DENIED, 0, "a"));
      looks.accept(AuditEvent.of(Instant.EPOCH, Kind.SESSION_OPEN, Result.OK, "GET "));
    }
    assertThat(written).hasSize(100);
  }

  @Test
  void aClockThatWasSetBackHidesNothing() {
    looks.accept(call("GET /admin/v1/stats: HTTP 200", Result.OK, 1000, "a"));
    looks.accept(call("GET /admin/v1/stats: HTTP 200", Result.OK, 1, "a"));
    assertThat(written).hasSize(2);
  }

  @Test
  void itRemembersABoundedNumberOfCalls() {
    for (int i = 0; i < 5000; i++) {
      looks.accept(call("GET /admin/v1/sessions/" + i + ": HTTP 200", Result.OK, 0, "a"));
    }
    // The first was forgotten, the last was not.
    looks.accept(call("GET /admin/v1/sessions/0: HTTP 200", Result.OK, 0, "a"));
    looks.accept(call("GET /admin/v1/sessions/4999: HTTP 200", Result.OK, 0, "a"));
    assertThat(written).hasSize(5001);
  }
}
