package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {

  @TempDir private Path folder;

  private Path log() {
    return folder.resolve("audit.log");
  }

  private static String line(String ts, String event, String result, String rest) {
    return "{\"ts\":\""
        + ts
        + "\",\"event\":\""
        + event
        + "\",\"result\":\""
        + result
        + "\""
        + rest
        + "}\n";
  }

  private void write() throws IOException {
    Files.writeString(
        folder.resolve("audit.log.2"),
        line("2025-01-29T10:00:00.000001Z", "server.start", "ok", ""));
    Files.writeString(
        folder.resolve("audit.log.1"),
        line(
            "2025-01-30T10:00:00.000001Z",
            "auth",
            "fail",
            ",\"peer\":\"10.0.0.7:4711\",\"detail\":\"it is in none\\u001b[31m\""));
    Files.writeString(
        log(),
        "not json\n"
            + line(
                "2025-01-31T18:00:00.000001Z",
                "authz.denied",
                "denied",
                ",\"subject\":\"foh\",\"token_id\":\"ab12cd34\",\"peer\":\"10.0.0.8:1\","
                    + "\"address\":\"/lights/1\",\"code\":301,\"left_out\":4")
            + line(
                "2025-01-31T18:10:00.000001Z",
                "session.close",
                "ok",
                ",\"subject\":\"foh\",\"token_id\":\"ab12cd34\",\"peer\":\"10.0.0.8:1\""));
  }

  private String ok(String... options) {
    TestTerminal terminal = new TestTerminal();
    String[] args = new String[options.length + 2];
    args[0] = "audit";
    args[1] = log().toString();
    System.arraycopy(options, 0, args, 2, options.length);
    assertThat(terminal.run(args)).as(terminal.out() + terminal.err()).isZero();
    return terminal.out();
  }

  @Test
  void theOldestFileComesFirstAndNothingMovesTheTerminal() throws IOException {
    write();
    String out = ok();
    assertThat(out.lines()).hasSize(4);
    assertThat(out.lines().findFirst().orElseThrow()).contains("server.start");
    assertThat(out)
        .contains(
            "2025-01-31T18:00:00Z authz.denied  denied foh token ab12cd34 from 10.0.0.8:1"
                + " /lights/1 301 (4 like it left out)")
        .contains("none\\u001b[31m")
        .doesNotContain("\u001b");
  }

  @Test
  void oneCanAskForSome() throws IOException {
    write();
    assertThat(ok("--since", "2h").lines()).hasSize(2);
    assertThat(ok("--since", "1d").lines()).hasSize(2);
    assertThat(ok("--since", "2025-01-30").lines()).hasSize(3);
    assertThat(ok("--since", "2025-01-31T18:05:00Z").lines()).hasSize(1);
    assertThat(ok("--event", "session").lines()).hasSize(1);
    assertThat(ok("--event", "auth").lines()).hasSize(1);
    assertThat(ok("--result", "fail,denied").lines()).hasSize(2);
    assertThat(ok("--subject", "foh", "--token", "ab12cd34").lines()).hasSize(2);
    assertThat(ok("--peer", "10.0.0.7").lines()).hasSize(1);
    assertThat(ok("--peer", "10.0.0").lines()).isEmpty();
    assertThat(ok("--output", "json", "--peer", "10.0.0.7").strip()).startsWith("{\"ts\":");
  }

  @Test
  void brokenLinesAreCounted() throws IOException {
    write();
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", log().toString())).isZero();
    assertThat(terminal.err()).contains("1 lines are no events");
  }

  @Test
  void mistakesAreSaid() {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", log().toString())).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err()).contains("there is no audit log");
    TestTerminal other = new TestTerminal();
    assertThat(other.run("audit", "x", "--since", "yesterday")).isEqualTo(ExitStatus.USAGE);
    assertThat(other.err()).contains("--since takes a time");
  }

  @Test
  void itFollowsTheFileAndTheOneAfterIt() throws Exception {
    write();
    TestTerminal terminal = new TestTerminal();
    CompletableFuture<Integer> end = terminal.start("audit", log().toString(), "--follow");
    assertThat(terminal.awaitOut(out -> out.contains("session.close"))).isNotEmpty();
    Files.writeString(
        log(), line("2025-01-31T18:20:00.000001Z", "drain", "ok", ""), StandardOpenOption.APPEND);
    assertThat(terminal.awaitOut(out -> out.contains("drain"))).isNotEmpty();
    Files.move(log(), folder.resolve("audit.log.1"), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(log(), line("2025-01-31T18:30:00.000001Z", "lock.break", "ok", ""));
    assertThat(terminal.awaitOut(out -> out.contains("lock.break"))).isNotEmpty();
    terminal.interrupt();
    assertThat(end.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  /** Lines of one run of the router; each event a second later, so that none is left out. */
  private void writeChained(int from, int lines) throws IOException {
    try (AuditLog written =
        AuditLog.open(
            new AuditLog.Settings(log(), 4096, 100, true), InstantSource.fixed(TestTerminal.NOW))) {
      for (int i = from; i < from + lines; i++) {
        written.accept(
            AuditEvent.of(
                TestTerminal.NOW.plusSeconds(i),
                AuditEvent.Kind.LOGIN,
                AuditEvent.Result.OK,
                i + "x".repeat(400)));
      }
    }
  }

  @Test
  void aChainIsVerifiedWithTheOlderFiles() throws IOException {
    writeChained(0, 20);
    writeChained(20, 5);
    assertThat(folder.resolve("audit.log.1")).exists();

    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", "verify", log().toString())).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .matches("25 lines fit together, number 1 to 25; hash of the last line: [0-9a-f]{64}\\R");
    assertThat(terminal.err()).isEmpty();
    TestTerminal json = new TestTerminal();
    assertThat(json.run("audit", "verify", log().toString(), "--output", "json")).isZero();
    assertThat(json.out()).startsWith("{\"checked\":25,\"first\":1,\"last\":25,");
    assertThat(ok().lines()).as("they are events as before").hasSize(25);
  }

  @Test
  void theFirstLineThatDoesNotFitIsNamed() throws IOException {
    writeChained(0, 5);
    List<String> lines = Files.readAllLines(log());
    Path changed = folder.resolve("changed.log");
    Files.write(changed, List.of(lines.get(0), lines.get(1).replace("ok", "no"), lines.get(2)));
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", "verify", changed.toString())).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).contains("changed.log, line 3 does not fit: ").contains("changed");

    Path first = folder.resolve("first.log");
    Path second = folder.resolve("second.log");
    Files.write(first, lines.subList(0, 2));
    Files.write(second, lines.subList(2, 5));
    TestTerminal several = new TestTerminal();
    assertThat(several.run("audit", "verify", first.toString(), second.toString()))
        .as(several.err())
        .isZero();
    TestTerminal reordered = new TestTerminal();
    assertThat(reordered.run("audit", "verify", second.toString(), first.toString()))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(reordered.err()).contains("first.log, line 1 does not fit");
  }

  @Test
  void whereThereIsNoChainNothingIsVerified() throws IOException {
    write();
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", "verify", log().toString())).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err()).contains("--audit-chain");
    TestTerminal absent = new TestTerminal();
    assertThat(absent.run("audit", "verify", folder.resolve("none").toString()))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(absent.err()).contains("cannot read the audit log");
    assertThat(new TestTerminal().run("audit", "verify")).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void theRouterWritesTheChainAndGoesOnWithIt() throws Exception {
    TestTerminal without = new TestTerminal();
    assertThat(without.run("server", "--port", "0", "--audit-chain")).isEqualTo(ExitStatus.USAGE);
    assertThat(without.err()).contains("--audit-chain needs --audit");
    for (int start = 1; start <= 2; start++) {
      TestTerminal router = new TestTerminal();
      CompletableFuture<Integer> serving =
          router.start("server", "--port", "0", "--audit", log().toString(), "--audit-chain");
      router.awaitOut(text -> text.endsWith(System.lineSeparator()));
      router.interrupt();
      assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    }
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("audit", "verify", log().toString())).as(terminal.err()).isZero();
    assertThat(terminal.out()).contains(" lines fit together, number 1 to ");
    assertThat(ok("--event", "server.start").lines()).hasSize(2);
  }
}
