package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStoreFileTest {

  @TempDir Path folder;
  private Path file = Path.of("");
  private TokenStoreFile store = new TokenStoreFile(file);

  @BeforeEach
  void inAFolderThatIsNotThere() {
    file = folder.resolve("above/clasp/tokens.json");
    store = new TokenStoreFile(file);
  }

  private static void add(TokenStore store, String token) {
    store.add(
        Optional.of(token), TokenEntry.of(TokenDigest.of(token), ScopesTest.scopes("read:/a")));
  }

  private void add(String token) {
    store.change(s -> {
      add(s, token);
      return 0;
    });
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aMissingFileIsAnEmptyStore() {
    assertThat(store.read().tokens()).isEmpty();
    assertThat(store.exposure()).isEmpty();
    assertThat(file.getParent()).doesNotExist();
  }

  /** As many tokens as there may be, with all that one may have, are longer than a store may be. */
  @Test
  void aStoreThatWouldBeTooLongToBeReadAgainIsNotWritten() {
    add("cpsk_a");
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() ->
            store.change(s -> {
              for (int i = 0; i < TokenTable.MAX - 1; i++) {
                s.add(Optional.empty(), TokenStoreTest.entry("token " + i));
              }
              return 0;
            }))
        .withMessageContaining("too long to be read again");
    assertThat(store.read().tokens()).hasSize(1);
  }

  @Test
  void fileAndFolderAreForTheirOwnerOnly() throws Exception {
    add("cpsk_a");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(folder.resolve("above/clasp"))).isEqualTo("rwx------");
    assertThat(store.exposure()).isEmpty();
    assertThat(store.read().tokens()).hasSize(1);
  }

  @Test
  void aChangeRepairsTheModeOfTheFile() throws Exception {
    add("cpsk_a");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(store.exposure()).singleElement().asString().contains("can read it", "chmod 600");
    add("cpsk_b");
    assertThat(mode(file)).isEqualTo("rw-------");
  }

  @Test
  void nothingElseIsLeftInTheFolder() throws Exception {
    add("cpsk_a");
    add("cpsk_b");
    try (var names = Files.list(file.getParent())) {
      assertThat(names.map(name -> name.getFileName().toString()))
          .containsExactlyInAnyOrder("tokens.json", "tokens.json.lock");
    }
  }

  @Test
  void aChangeThatFailsWritesNothing() throws Exception {
    add("cpsk_a");
    String before = Files.readString(file);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            store.change(s -> {
              add(s, "cpsk_b");
              throw new IllegalStateException();
            }));
    assertThat(file).hasContent(before);
  }

  @Test
  void aLinkStaysALink() throws Exception {
    add("cpsk_a");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);
    new TokenStoreFile(link)
        .change(s -> {
          add(s, "cpsk_b");
          return 0;
        });
    assertThat(link).isSymbolicLink();
    assertThat(store.read().tokens()).hasSize(2);
  }

  @Test
  void noChangeIsLostWhenManyAreMadeAtOnce() throws Exception {
    int threads = 8;
    int each = 10;
    List<Callable<Integer>> tasks =
        IntStream.range(0, threads)
            .<Callable<Integer>>mapToObj(thread ->
                () -> {
                  for (int i = 0; i < each; i++) {
                    add("cpsk_" + thread + "_" + i);
                  }
                  return each;
                })
            .toList();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (Future<Integer> done : executor.invokeAll(tasks)) {
        assertThat(done.get()).isEqualTo(each);
      }
    }
    assertThat(store.read().tokens()).hasSize(threads * each);
  }

  @Test
  void anotherProcessThatHoldsTheLockIsWaitedFor() throws Exception {
    add("cpsk_a");
    Path lock = file.resolveSibling("tokens.json.lock");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                lock.toString())
            .redirectErrorStream(true)
            .start();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      assertThat(other.getInputStream().read()).isEqualTo('L');
      Future<?> change = executor.submit(() -> add("cpsk_b"));
      // Not a proof that it waits, but it would fail often if it did not.
      assertThat(store.read().tokens()).hasSize(1);
      assertThat(change.isDone()).isFalse();
      other.getOutputStream().close();
      change.get();
      assertThat(store.read().tokens()).hasSize(2);
    } finally {
      other.destroyForcibly();
    }
  }

  /** Holds the lock of a file until its standard input ends. */
  static final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws Exception {
      try (var channel =
              java.nio.channels.FileChannel.open(
                  Path.of(args[0]), java.nio.file.StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        System.out.print(lock.isValid() ? "L" : "-");
        System.out.flush();
        while (System.in.read() >= 0) {
          // Until it is closed.
        }
      }
    }
  }

  @Test
  void aBrokenStoreIsNamedAndNotOverwritten() throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{ broken");
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(store::read)
        .withMessageContaining(file.toString())
        .withMessageContaining("not valid JSON");
    assertThatExceptionOfType(TokenFormatException.class).isThrownBy(() -> add("cpsk_a"));
    assertThat(file).hasContent("{ broken");
  }

  @Test
  void aStoreThatEverybodyMayWriteIsNamed() throws Exception {
    add("cpsk_a");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(store.exposure()).singleElement().asString().contains("can write it");
  }
}
