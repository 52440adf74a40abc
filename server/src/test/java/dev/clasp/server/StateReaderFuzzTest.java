package dev.clasp.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.router.spi.StateChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a state file: changes that the router takes or refuses, and a summary. */
class StateReaderFuzzTest {

  static Stream<byte[]> seeds() {
    byte[] whole = file();
    byte[] damaged = whole.clone();
    damaged[damaged.length / 2] ^= 0x55;
    return Stream.of(new byte[0], whole, damaged, Arrays.copyOf(whole, whole.length - 3));
  }

  private static byte[] file() {
    try {
      Path file = Files.createTempFile("state", ".clasp");
      StateWriter writer = new StateWriter(FileChannel.open(file, StandardOpenOption.WRITE));
      writer.head();
      writer.floor(9);
      writer.accept(
          new StateChange.Stored(
              new byte[] {'/', 'a'},
              2,
              new byte[] {1},
              3,
              new byte[] {'w'},
              1,
              2,
              OptionalInt.of(5),
              1));
      writer.accept(new StateChange.Removed(new byte[] {'/', 'b'}, 4));
      writer.force();
      writer.close();
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreChangesAndASummary(byte[] bytes) {
    List<StateChange> changes = new ArrayList<>();
    StateReader.Summary summary = StateReader.read(MemorySegment.ofArray(bytes), changes::add);
    check(summary.records() >= changes.size(), "more changes than records");
    check(summary.goodBytes() <= bytes.length, "good bytes beyond the end");
    check((summary.damaged() > 0) == (summary.firstDamage() >= 0), "damage without a place");
    // Whatever it says, the router takes it or refuses it.
    MemoryRouter router = new MemoryRouter(new MemoryRouter.Time());
    router.restore(router.router.state(), changes);
    check(router.parameters().size() <= changes.size(), "more parameters than changes");
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new AssertionError(otherwise);
    }
  }
}
