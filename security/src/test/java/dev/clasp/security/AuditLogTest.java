package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {

  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00.000123Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("audit.log");
  }

  private AuditLog open(long maxBytes, int keep) throws IOException {
    return AuditLog.open(
        new AuditLog.Settings(file(), maxBytes, keep, false), InstantSource.fixed(NOON));
  }

  private static AuditEvent event(String detail) {
    return AuditEvent.of(NOON, Kind.LOGIN, Result.OK, detail);
  }

  private static List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void everyEventIsALineWithWhoWhatWhereAndHow() throws IOException {
    try (AuditLog log = open(1 << 20, 2)) {
      log.accept(
          AuditEvent.of(NOON, Kind.DENIED, Result.DENIED, "Insufficient scope for write operation")
              .withToken(Optional.of("ab12cd34"), Optional.of("foh"))
              .withPeer("10.0.0.7:4711")
              .withSession("s-1")
              .withAddress(Optional.of("/lights/1"))
              .withCode(301));
    }
    assertThat(Files.readString(file()))
        .isEqualTo(
            "{\"ts\":\"2026-11-26T12:00:00.000123Z\",\"event\":\"authz.denied\","
                + "\"result\":\"denied\",\"subject\":\"foh\",\"token_id\":\"ab12cd34\","
                + "\"peer\":\"10.0.0.7:4711\",\"session\":\"s-1\",\"address\":\"/lights/1\","
                + "\"code\":301,\"detail\":\"Insufficient scope for write operation\"}\n");
  }

  @Test
  void onlyItsOwnerMayReadIt() throws IOException {
    Files.createFile(file());
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
    try (AuditLog log = open(4096, 1)) {
      for (int i = 0; i < 100; i++) {
        log.accept(AuditEvent.of(NOON.plusSeconds(i), Kind.LOGIN, Result.OK, "x".repeat(100)));
      }
    }
    assertThat(List.of(file(), folder.resolve("audit.log.1")))
        .allSatisfy(path ->
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------"));
  }

  @Test
  void whatWasThereStays() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("first"));
    }
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("second"));
    }
    assertThat(read(file()))
        .extracting(n -> n.get("detail").asText())
        .containsExactly("first", "second");
  }

  @Test
  void fullFilesMoveOnAndTheOldestGoes() throws IOException {
    for (int round = 0; round < 5; round++) {
      // One by one, so that each is a batch of its own.
      try (AuditLog log = open(4096, 2)) {
        log.accept(event(round + "x".repeat(1000)));
      }
      try (AuditLog log = open(4096, 2)) {
        IntStream.range(0, 3).forEach(i -> log.accept(event("y".repeat(1000))));
      }
    }
    assertThat(folder.resolve("audit.log.1")).exists();
    assertThat(folder.resolve("audit.log.2")).exists();
    assertThat(folder.resolve("audit.log.3")).doesNotExist();
    for (Path path : List.of(file(), folder.resolve("audit.log.1"))) {
      assertThat(Files.size(path)).isLessThanOrEqualTo(4096);
      assertThat(read(path)).isNotEmpty();
    }
  }

  @Test
  void secretsAndControlCharactersDoNotGetIn() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(
          event(
              "token cpsk_0123456789abcdefghijABCDEFGHIJxy and Bearer abc.def.ghi and"
                  + " eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl end"));
      log.accept(event("two\nlines\u001b]0;title\u0007\u202egnirts\u2028"));
      log.accept(event("z".repeat(100_000)));
    }
    String text = Files.readString(file());
    assertThat(text).doesNotContain("cpsk_", "abc.def", "eyJ", "\u001b", "\u202e", "\u2028");
    assertThat(text.lines()).hasSize(3);
    assertThat(read(file()).getFirst().get("detail").asText())
        .isEqualTo("token [secret] and [secret] and [secret] end");
    assertThat(text.length()).isLessThan(3000);
  }

  @Test
  void whatOnlyEndsLikeTheMarkOfASecretStays() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("ent_0123456789").withAddress(Optional.of("/client_brightness")));
    }
    assertThat(Files.readString(file()))
        .contains("/client_brightness", "[secret]")
        .doesNotContain("ent_0123456789");
  }

  @Test
  void thousandRefusalsASecondAreTenLinesAndANumber() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      for (int second = 0; second < 2; second++) {
        for (int i = 0; i < 1000; i++) {
          log.accept(
              AuditEvent.of(NOON.plusSeconds(second), Kind.DENIED, Result.DENIED, "no")
                  .withPeer("10.0.0.7:" + (1000 + i)));
        }
        log.accept(
            AuditEvent.of(NOON.plusSeconds(second), Kind.DENIED, Result.DENIED, "no")
                .withPeer("10.0.0.8:1"));
      }
    }
    List<JsonNode> lines = read(file());
    assertThat(lines).hasSize(22);
    assertThat(lines.get(11).get("left_out").asLong()).isEqualTo(990);
    assertThat(lines.stream().filter(n -> n.has("left_out"))).hasSize(1);
  }

  @Test
  void whatComesAfterHalfALineIsALineOfItsOwn() throws IOException {
    Files.writeString(file(), "{\"ts\":\"2026-11-26T12:0");
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("after"));
    }
    List<String> lines = Files.readAllLines(file());
    assertThat(lines).hasSize(2);
    assertThat(JSON.readTree(lines.getLast()).get("detail").asText()).isEqualTo("after");
  }

  @Test
  void aFileThatWasMovedAwayIsMadeAgain() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("before"));
      awaitContent("before");
      Files.move(file(), folder.resolve("taken"));
      log.accept(event("after"));
    }
    assertThat(Files.readString(folder.resolve("taken"))).contains("before");
    assertThat(Files.readString(file())).contains("after");
  }

  @Test
  void whileTheFileCannotBeWrittenTheEventsWait() throws IOException {
    try (AuditLog log = open(1 << 20, 1)) {
      log.accept(event("before"));
      awaitContent("before");
      // A folder in its place cannot be opened for writing, not even by root.
      Files.delete(file());
      Files.createDirectory(file());
      for (int i = 0; i < AuditLog.MAX_QUEUED + 2000; i++) {
        log.accept(AuditEvent.of(NOON.plusSeconds(i), Kind.LOGIN, Result.OK, "waits"));
      }
      assertThat(log.lost()).isPositive();
      Files.delete(file());
      awaitContent("audit.lost");
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (log.lost() > 0) {
        assertThat(System.nanoTime()).as("reported, but not counted off").isLessThan(deadline);
        LockSupport.parkNanos(1_000_000);
      }
    }
    assertThat(Files.readAllLines(file())).hasSizeGreaterThan(AuditLog.MAX_QUEUED);
  }

  private void awaitContent(String wanted) throws IOException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!Files.exists(file()) || !Files.readString(file()).contains(wanted)) {
      assertThat(System.nanoTime()).as("never written: " + wanted).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsSaidAtOnce() {
    assertThatThrownBy(() ->
            AuditLog.open(
                AuditLog.Settings.of(folder.resolve("none/audit.log")), InstantSource.fixed(NOON)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> new AuditLog.Settings(file(), 100, 1, true))
        .hasMessageContaining("4096");
    assertThatThrownBy(() -> new AuditLog.Settings(file(), 4096, -1, true))
        .hasMessageContaining("1000");
  }
}
