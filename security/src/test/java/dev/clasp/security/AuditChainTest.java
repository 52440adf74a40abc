package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The hash chain of an audit log, and what is found when somebody was at it. */
class AuditChainTest {

  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** Events so far; each a second later, so that none is left out. */
  private int events;

  private Path file() {
    return folder.resolve("audit.log");
  }

  private Path older(int number) {
    return folder.resolve("audit.log." + number);
  }

  private AuditLog open(long maxBytes, boolean chain) throws IOException {
    return AuditLog.open(
        new AuditLog.Settings(file(), maxBytes, 100, chain), InstantSource.fixed(NOON));
  }

  private AuditEvent event(String detail) {
    return AuditEvent.of(NOON.plusSeconds(++events), Kind.LOGIN, Result.OK, detail);
  }

  private void write(int lines, boolean chain) throws IOException {
    try (AuditLog log = open(1 << 20, chain)) {
      for (int i = 0; i < lines; i++) {
        log.accept(event("event " + events));
      }
    }
  }

  private AuditCheck.Result check(Path... files) throws IOException {
    return AuditCheck.of(List.of(files));
  }

  private static String sha256(String line) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void everyLineHasItsNumberAndTheHashOfTheOneBefore() throws Exception {
    write(3, true);
    List<String> lines = Files.readAllLines(file());
    String before = "0".repeat(64);
    for (int i = 0; i < 3; i++) {
      JsonNode line = JSON.readTree(lines.get(i));
      assertThat(line.get("seq").asInt()).isEqualTo(i + 1);
      assertThat(line.get("prev").asText()).isEqualTo(before);
      assertThat(line.get("detail").asText()).isEqualTo("event " + i);
      before = sha256(lines.get(i));
    }
    AuditCheck.Result result = check(file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(3);
    assertThat(result.first()).isEqualTo(1);
    assertThat(result.last()).isEqualTo(3);
    assertThat(result.hash()).isEqualTo(before);
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        attack("changed", 5, lines -> lines.set(3, lines.get(3).replace("event 3", "event X"))),
        attack("the first changed", 2, lines -> lines.set(0, lines.get(0).replace("ok", "no"))),
        attack("removed", 4, lines -> lines.remove(3)),
        attack(
            "removed, and the others numbered anew",
            4,
            lines -> {
              lines.remove(3);
              for (int i = 3; i < lines.size(); i++) {
                lines.set(i, lines.get(i).replace("\"seq\":" + (i + 2), "\"seq\":" + (i + 1)));
              }
            }),
        attack("a copy put in", 5, lines -> lines.add(4, lines.get(3))),
        attack(
            "one without a number put in",
            5,
            lines -> lines.add(4, lines.get(3).replaceFirst(",\"seq\".*", "}"))),
        attack("an empty one put in", 6, lines -> lines.add(4, "")),
        attack("reordered", 4, lines -> Collections.swap(lines, 3, 4)),
        attack("made unreadable", 5, lines -> lines.set(3, lines.get(3).substring(9))),
        attack(
            "its hash changed",
            4,
            lines -> lines.set(3, lines.get(3).replace("prev\":\"", "prev\":\"0"))));
  }

  private static Arguments attack(String name, long found, Consumer<List<String>> what) {
    return Arguments.of(Named.of(name, what), found);
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void theFirstLineThatDoesNotFitIsNamed(Consumer<List<String>> attack, long found)
      throws IOException {
    write(8, true);
    List<String> lines = new ArrayList<>(Files.readAllLines(file()));
    attack.accept(lines);
    Files.write(file(), lines);

    AuditCheck.Fault fault = check(file()).fault().orElseThrow();

    assertThat(fault.file()).isEqualTo(file());
    assertThat(fault.line()).as(fault.what()).isEqualTo(found);
  }

  @Test
  void itGoesOnOverFilesAndStarts() throws IOException {
    for (int round = 0; round < 6; round++) {
      // One by one, so that each is a batch of its own.
      for (int i = 0; i < 3; i++) {
        try (AuditLog log = open(4096, true)) {
          log.accept(event("x".repeat(900)));
        }
      }
    }
    List<Path> all = new ArrayList<>();
    for (int i = 100; i >= 1; i--) {
      if (Files.exists(older(i))) {
        all.add(older(i));
      }
    }
    all.add(file());
    assertThat(all).hasSizeGreaterThan(3);
    AuditCheck.Result result = AuditCheck.of(all);
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(18);
    assertThat(result.last()).isEqualTo(18);

    // The oldest may be gone; none between may.
    AuditCheck.Result younger = AuditCheck.of(all.subList(1, all.size()));
    assertThat(younger.fault()).isEmpty();
    assertThat(younger.first()).isGreaterThan(1);
    all.remove(1);
    AuditCheck.Fault fault = AuditCheck.of(all).fault().orElseThrow();
    assertThat(fault.file()).isEqualTo(all.get(1));
    assertThat(fault.line()).isEqualTo(1);
  }

  @Test
  void aNewFileOfOneRunGoesOnFromTheOneBefore() throws IOException {
    try (AuditLog log = open(4096, true)) {
      for (int i = 0; i < 40; i++) {
        log.accept(event("y".repeat(500)));
      }
    }
    assertThat(older(1)).exists();
    List<Path> all = new ArrayList<>();
    for (int i = 100; i >= 1; i--) {
      if (Files.exists(older(i))) {
        all.add(older(i));
      }
    }
    all.add(file());
    assertThat(AuditCheck.of(all).fault()).isEmpty();
    assertThat(AuditCheck.of(all).checked()).isEqualTo(40);
  }

  @Test
  void whoWasKilledBetweenTwoFilesGoesOnFromTheOlderOne() throws IOException {
    write(2, true);
    Files.move(file(), older(1));
    write(2, true);
    AuditCheck.Result result = check(older(1), file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(4);
  }

  @Test
  void aFileThatWasMovedAwayIsGoneOnFrom() throws IOException {
    Path taken = folder.resolve("taken");
    try (AuditLog log = open(1 << 20, true)) {
      log.accept(event("before"));
      awaitContent("before");
      Files.move(file(), taken);
      log.accept(event("after"));
    }
    assertThat(check(taken, file()).fault()).isEmpty();
    assertThat(check(taken, file()).checked()).isEqualTo(2);
  }

  @Test
  void halfALineAfterAKillStaysAndIsGoneOnFrom() throws IOException {
    write(3, true);
    byte[] bytes = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(bytes, bytes.length - 40));

    AuditCheck.Result killed = check(file());
    assertThat(killed.fault()).isEmpty();
    assertThat(killed.checked()).isEqualTo(2);
    assertThat(killed.torn()).isEqualTo(1);

    write(2, true);
    AuditCheck.Result result = check(file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(4);
    assertThat(result.torn()).isEqualTo(1);
    List<String> lines = new ArrayList<>(Files.readAllLines(file()));
    assertThat(lines).hasSize(5);

    // It is vouched for too.
    lines.set(2, "{\"made\":up");
    Files.write(file(), lines);
    assertThat(check(file()).fault().orElseThrow().line()).isEqualTo(4);
  }

  @Test
  void aLineThatLacksOnlyItsEndIsWhole() throws IOException {
    write(3, true);
    byte[] bytes = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(bytes, bytes.length - 1));
    assertThat(check(file()).checked()).isEqualTo(3);
    write(2, true);
    AuditCheck.Result result = check(file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(5);
    assertThat(result.torn()).isZero();
  }

  @Test
  void zerosThatAPowerCutLeftAreHalfALine() throws IOException {
    write(2, true);
    byte[] bytes = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(bytes, bytes.length + 300));
    write(2, true);
    AuditCheck.Result result = check(file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(4);
    assertThat(result.torn()).isEqualTo(1);
  }

  @Test
  void aLogThatWasThereIsGoneOnFrom() throws IOException {
    write(2, false);
    write(2, true);
    AuditCheck.Result result = check(file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.before()).isEqualTo(2);
    assertThat(result.checked()).isEqualTo(2);

    List<String> lines = new ArrayList<>(Files.readAllLines(file()));
    lines.set(1, lines.get(1).replace("ok", "no"));
    Files.write(file(), lines);
    assertThat(check(file()).fault().orElseThrow().line()).isEqualTo(3);
  }

  @Test
  void whatIsWrittenWithoutTheChainDoesNotFit() throws IOException {
    write(2, true);
    write(1, false);
    AuditCheck.Fault fault = check(file()).fault().orElseThrow();
    assertThat(fault.line()).isEqualTo(3);
    assertThat(fault.what()).contains("without the chain");
  }

  @Test
  void whileTheFileCannotBeWrittenNothingOfTheChainIsLost() throws IOException {
    Path taken = folder.resolve("taken");
    try (AuditLog log = open(1 << 20, true)) {
      log.accept(event("before"));
      awaitContent("before");
      // A folder in its place cannot be opened for writing, not even by root.
      Files.move(file(), taken);
      Files.createDirectory(file());
      for (int i = 0; i < 5; i++) {
        log.accept(event("waits"));
      }
      Files.delete(file());
      log.accept(event("after"));
      awaitContent("after");
    }
    AuditCheck.Result result = check(taken, file());
    assertThat(result.fault()).isEmpty();
    assertThat(result.checked()).isEqualTo(7);
  }

  @Test
  void nothingIsNothing() throws IOException {
    Files.createFile(file());
    assertThat(check(file()).checked()).isZero();
    assertThat(check(file()).fault()).isEmpty();
    Files.writeString(file(), "x".repeat(2 << 20));
    assertThat(check(file()).fault().orElseThrow().what()).contains("longer than any line");
  }

  private void awaitContent(String wanted) throws IOException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!Files.isRegularFile(file()) || !Files.readString(file()).contains(wanted)) {
      assertThat(System.nanoTime()).as("never written: " + wanted).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
