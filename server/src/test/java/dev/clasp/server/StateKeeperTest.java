package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Ttl;
import dev.clasp.router.ParameterRule;
import dev.clasp.router.ParameterStatus;
import dev.clasp.router.RouterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept in a folder, against what a router had. */
class StateKeeperTest {

  @TempDir Path temporary;

  private final MemoryRouter.Time time = new MemoryRouter.Time();
  private final List<StateKeeper> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(StateKeeper::close);
  }

  private Path folder() {
    return temporary.resolve("state");
  }

  private StateKeeper keeper(MemoryRouter router) {
    return keeper(router, 4L << 20);
  }

  private StateKeeper keeper(MemoryRouter router, long small) {
    return keeper(router, folder(), small);
  }

  private StateKeeper keeper(MemoryRouter router, Path folder, long small) {
    StateKeeper keeper =
        new StateKeeper(router.router.state(), StateFolder.open(folder), router, small);
    open.add(keeper);
    keeper.load(router::restore);
    return keeper;
  }

  /** What another router finds in the folder; it ends without a word. */
  private MemoryRouter next(Path folder) {
    MemoryRouter router = new MemoryRouter(time);
    keeper(router, folder, 0).close();
    return router;
  }

  private MemoryRouter next() {
    return next(folder());
  }

  private List<Path> files(String part) throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.getFileName().toString().contains(part)).sorted().toList();
    }
  }

  private Path stateFile() throws IOException {
    return files(".clasp").stream()
        .filter(file -> file.toString().endsWith(".clasp"))
        .reduce((a, b) -> {
          throw new AssertionError("two state files: " + a + ", " + b);
        })
        .orElseThrow();
  }

  @Test
  void everythingComesBackAsItWas() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    before.set("/a", 1);
    before.set("/a", 2);
    before.set("/b/ü", "text");
    keeper.flush();
    before.set("/b/ü", "newer");
    before.set("/c", 3);
    keeper.flush();
    keeper.close();

    MemoryRouter after = next();

    assertThat(after.values()).isEqualTo(Map.of("/a", "2@2", "/b/ü", "newer@2", "/c", "3@1"));
    assertThat(after.parameters()).isEqualTo(before.parameters());
  }

  @Test
  void whatWasNotFlushedIsLostAndNothingElse() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    before.set("/a", 1);
    keeper.flush();
    before.set("/a", 2);
    before.set("/b", 1);
    keeper.close();
    assertThat(next().values()).containsExactly(Map.entry("/a", "1@1"));
  }

  @Test
  void theLastWriteAtTheEndLosesNothing() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    keeper.flush();
    before.set("/a", 2);
    assertThat(keeper.finish()).isTrue();
    assertThat(next().values()).containsExactly(Map.entry("/a", "2@1"));
  }

  @Test
  void aFaderThatMovesCostsOneRecordPerFlushWhateverElseThereIs() throws IOException {
    MemoryRouter router = new MemoryRouter(time);
    StateKeeper keeper = keeper(router);
    for (int i = 0; i < 2000; i++) {
      router.set("/many/" + i, i);
    }
    keeper.flush();
    long whole = Files.size(stateFile());
    for (int i = 0; i < 100; i++) {
      router.set("/fader", i);
    }
    keeper.flush();
    long one = Files.size(stateFile()) - whole;
    assertThat(one).isBetween(50L, 150L);

    keeper.flush();
    assertThat(Files.size(stateFile())).isEqualTo(whole + one);
  }

  @Test
  void changesThatTakeTooMuchRoomGiveWayToANewFile() throws IOException {
    MemoryRouter router = new MemoryRouter(time);
    StateKeeper keeper = keeper(router, 10_000);
    keeper.flush();
    for (int i = 0; i < 2000; i++) {
      router.set("/fader", i);
      keeper.flush();
    }
    assertThat(Files.size(stateFile())).isLessThan(11_000);
    assertThat(stateFile().getFileName().toString()).isNotEqualTo("state-1.clasp");
    keeper.close();
    assertThat(next().values()).containsExactly(Map.entry("/fader", "1999@2000"));
  }

  @Test
  void whatEndedStaysAway() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    before.set("/short", 1, new Ttl.Sliding(10));
    before.set("/long", 1, new Ttl.Absolute(100));
    before.set("/ever", 1, new Ttl.Never());
    before.set("/general", 1);
    keeper.flush();
    keeper.close();

    time.pass(Duration.ofSeconds(11));
    assertThat(next().values().keySet()).containsExactly("/ever", "/general", "/long");
    assertThat(
            next().parameters().stream()
                .filter(p -> p.address().equals("/long"))
                .map(ParameterStatus::expiresInNanos))
        .singleElement()
        .satisfies(left -> assertThat(left).hasValue(Duration.ofSeconds(89).toNanos()));
    time.pass(Duration.ofMinutes(2));
    assertThat(next().values().keySet()).containsExactly("/ever", "/general");
    time.pass(Duration.ofHours(1));
    assertThat(next().values().keySet()).containsExactly("/ever");
  }

  @Test
  void whatEndsWithItsWriterIsNotKept() {
    RouterConfig config =
        RouterConfig.builder()
            .parameterRules(List.of(ParameterRule.ephemeral(AddressPattern.parse("/presence/**"))))
            .build();
    MemoryRouter before = new MemoryRouter(time, config);
    StateKeeper keeper = keeper(before);
    before.set("/presence/tab", 1);
    before.set("/x", 1);
    keeper.flush();
    keeper.close();
    assertThat(next().values()).containsOnlyKeys("/x");
  }

  // --- revisions ---------------------------------------------------------------------------------

  @Test
  void revisionsGoOnWhereTheyWereAfterAnOrderlyEnd() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    before.set("/a", 1);
    before.set("/a", 2);
    keeper.finish();
    MemoryRouter after = new MemoryRouter(time);
    keeper(after);
    after.set("/a", 3);
    assertThat(after.values()).containsEntry("/a", "3@3");
  }

  @Test
  void noRevisionIsUsedTwiceAfterACrash() {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    before.set("/a", 1);
    keeper.flush();
    before.set("/a", "seen by somebody, and lost");
    keeper.close();
    MemoryRouter after = new MemoryRouter(time);
    StateKeeper again = keeper(after);
    assertThat(after.values()).containsEntry("/a", "1@1");
    after.set("/a", "other");
    after.set("/new", 1);
    assertThat(after.parameters()).allMatch(p -> p.revision() > 2);
    // And that is not forgotten by the next.
    again.finish();
    long revision = after.parameters().getFirst().revision();
    MemoryRouter third = new MemoryRouter(time);
    keeper(third);
    third.set("/a", "third");
    assertThat(third.parameters().getFirst().revision()).isEqualTo(revision + 1);
  }

  @Test
  void anAddressThatWasRemovedDoesNotBeginAgain() {
    RouterConfig config = RouterConfig.builder().maxParameters(1).freshNanos(0).build();
    MemoryRouter before = new MemoryRouter(time, config);
    StateKeeper keeper = keeper(before, 0);
    before.set("/a", 1);
    before.set("/a", 2);
    before.set("/a", 3);
    time.pass(Duration.ofSeconds(1));
    before.set("/b", 1);
    assertThat(before.values()).containsOnlyKeys("/b");
    keeper.finish();

    MemoryRouter after = new MemoryRouter(time);
    keeper(after);
    after.set("/a", 4);
    assertThat(after.values()).containsEntry("/a", "4@4");
  }

  // --- damage ------------------------------------------------------------------------------------

  @Test
  void whereverThePowerWentWhatWasWrittenBeforeIsThere() throws IOException {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    keeper.flush();
    long empty = Files.size(stateFile());
    List<Map<String, String>> states = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    states.add(Map.of());
    ends.add(empty);
    for (int i = 0; i < 5; i++) {
      before.set("/" + i % 3, i);
      keeper.flush();
      states.add(before.values());
      ends.add(Files.size(stateFile()));
    }
    byte[] whole = Files.readAllBytes(stateFile());
    String name = stateFile().getFileName().toString();
    keeper.close();

    for (int length = (int) empty; length <= whole.length; length++) {
      Path folder = Files.createDirectory(temporary.resolve("cut-" + length));
      Files.write(folder.resolve(name), java.util.Arrays.copyOf(whole, length));
      int complete = 0;
      while (complete + 1 < ends.size() && ends.get(complete + 1) <= length) {
        complete++;
      }
      assertThat(next(folder).values()).as("cut at " + length).isEqualTo(states.get(complete));
    }
  }

  @Test
  void damageInTheMiddleCostsWhatWasThereAndIsKeptForALook() throws IOException {
    MemoryRouter before = new MemoryRouter(time);
    StateKeeper keeper = keeper(before);
    for (int i = 0; i < 10; i++) {
      before.set("/" + i, i);
    }
    keeper.flush();
    keeper.close();
    byte[] bytes = Files.readAllBytes(stateFile());
    bytes[bytes.length / 2]++;
    Files.write(stateFile(), bytes);

    MemoryRouter after = new MemoryRouter(time);
    StateKeeper again = keeper(after);

    assertThat(after.values()).hasSize(9);
    assertThat(files("damaged"))
        .singleElement()
        .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(bytes));
    again.flush();
    assertThat(files("damaged")).hasSize(1);
    assertThat(stateFile().getFileName().toString()).isEqualTo("state-2.clasp");
  }

  @Test
  void aFileOfSomethingElseIsKeptToo() throws IOException {
    Files.createDirectory(folder());
    Files.writeString(folder().resolve("state-7.clasp"), "not what it should be");
    MemoryRouter router = new MemoryRouter(time);
    StateKeeper keeper = keeper(router);
    keeper.flush();
    assertThat(router.values()).isEmpty();
    assertThat(files("damaged")).hasSize(1);
    assertThat(stateFile().getFileName().toString()).isEqualTo("state-8.clasp");
  }

  // --- the folder --------------------------------------------------------------------------------

  @Test
  void aFolderBelongsToOneServer() {
    keeper(new MemoryRouter(time));
    assertThatThrownBy(() -> StateFolder.open(folder()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("belongs to another server that is running");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Files.writeString(folder(), "x");
    assertThatThrownBy(() -> StateFolder.open(folder()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("not a folder");
  }

  @Test
  void onlyTheOwnerReadsIt() throws IOException {
    MemoryRouter router = new MemoryRouter(time);
    StateKeeper keeper = keeper(router);
    keeper.finish();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
        .isEqualTo("rwx------");
    for (Path file : files("")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .as(file.toString())
          .isEqualTo("rw-------");
    }
  }

  @Test
  void whenNothingCanBeWrittenRoutingGoesOnAndLaterAllIsWritten() throws IOException {
    MemoryRouter router = new MemoryRouter(time);
    StateKeeper keeper = keeper(router, -(1L << 40));
    router.set("/a", 1);
    keeper.flush();
    // Stands where the next file should begin.
    Path obstacle = folder().resolve("state-2.clasp.new");
    Files.createDirectories(obstacle.resolve("x"));
    router.set("/a", 2);
    keeper.flush();
    assertThat(keeper.status().failure()).isPresent();
    router.set("/a", 3);
    Files.delete(obstacle.resolve("x"));
    Files.delete(obstacle);
    keeper.flush();
    assertThat(keeper.status().failure()).as("not tried again at once").isPresent();

    time.pass(Duration.ofSeconds(10));
    keeper.flush();

    assertThat(keeper.status().failure()).isEmpty();
    keeper.close();
    assertThat(next().values()).containsExactly(Map.entry("/a", "3@3"));
  }
}
