package dev.clasp.bridgemidi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What of the ALSA sequencer can be shown where the kernel has none: the library itself is real,
 * and so are its events and its coding; what is missing is said.
 */
class AlsaTest {

  private static final Path SEQUENCER = Path.of("/dev/snd/seq");

  @TempDir private Path folder;

  private static Alsa library() {
    return Alsa.load("libasound.so.2")
        .orElseThrow(() ->
            new AssertionError(
                "this test needs libasound.so.2: install it (apt-get install libasound2), or let"
                    + " ./verify do so"));
  }

  private static String encoded(String hex, int coderSize) {
    Alsa alsa = library();
    StringBuilder events = new StringBuilder();
    MemorySegment coder = alsa.coder(coderSize);
    MemorySegment decoder = alsa.coder(4096);
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = HexFormat.of().parseHex(hex);
      MemorySegment in = arena.allocateFrom(JAVA_BYTE, bytes);
      MemorySegment event = arena.allocate(Alsa.EVENT_SIZE, 8);
      MemorySegment out = arena.allocate(4096);
      for (long at = 0; at < bytes.length; ) {
        event.fill((byte) 0);
        long taken = alsa.encode(coder, in.asSlice(at), bytes.length - at, event);
        assertThat(taken).isPositive();
        at += taken;
        int type = event.get(JAVA_BYTE, Alsa.EVENT_TYPE) & 0xFF;
        if (type != Alsa.EVENT_NONE) {
          long length = alsa.decode(decoder, out, 4096, event);
          events
              .append(type)
              .append(' ')
              .append(alsa.eventLength(event))
              .append(' ')
              .append(HexFormat.of().formatHex(out.asSlice(0, length).toArray(JAVA_BYTE)))
              .append("; ");
        }
      }
    } finally {
      alsa.free(coder);
      alsa.free(decoder);
    }
    return events.toString();
  }

  @Test
  void anEventHas28BytesAndItsTypeInFront() {
    // Types of alsa/seq_event.h: 6 note on, 10 controller, 13 bend, 36 clock, 130 SysEx.
    assertThat(encoded("903c40", 256)).isEqualTo("6 28 903c40; ");
    assertThat(encoded("b30705", 256)).isEqualTo("10 28 b30705; ");
    assertThat(encoded("e00040", 256)).isEqualTo("13 28 e00040; ");
    assertThat(encoded("f8", 256)).isEqualTo("36 28 f8; ");
    assertThat(encoded("f0010203f7", 256)).isEqualTo("130 33 f0010203f7; ");
  }

  @Test
  void aLongSysExBecomesSeveralEvents() {
    assertThat(encoded("f0010203040506f7", 4)).isEqualTo("130 32 f0010203; 130 32 040506f7; ");
  }

  @Test
  void aMissingLibraryIsNoFailure() {
    assertThat(Alsa.load("libnothing-of-this-name.so.9")).isEmpty();
  }

  @Test
  void errorsHaveWords() {
    assertThat(library().error(-2)).contains("No such file");
  }

  @Test
  void withoutASequencerItSaysSo() {
    try (AlsaPorts ports = new AlsaPorts("libasound.so.2", folder.resolve("seq"))) {
      assertThat(ports.missing().orElseThrow())
          .contains("there is no ALSA sequencer here")
          .contains("snd-seq");
      assertThat(ports.list()).isEmpty();
      assertThatThrownBy(() -> ports.virtual("CLASP", (_, _) -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("there is no ALSA sequencer here");
      Runnable unwatch = ports.watch(() -> {});
      unwatch.run();
    }
  }

  @Test
  void withoutTheLibraryItSaysSo() throws IOException {
    Path device = Files.createFile(folder.resolve("seq"));
    try (AlsaPorts ports = new AlsaPorts("libnothing-of-this-name.so.9", device)) {
      assertThat(ports.missing()).contains("libasound.so.2 is not there: install libasound2");
    }
  }

  /**
   * Where the kernel has a sequencer, a note goes from one port of ours to another through it;
   * where it has none, each way to use it says why not, and names the file.
   */
  @Test
  void aNoteGoesThroughTheSequencerOrItIsSaidWhyNot() throws Exception {
    if (!Files.isWritable(SEQUENCER)) {
      String why = Files.exists(SEQUENCER) ? "no permission for " : "no ALSA sequencer here (";
      FoundPort port = new FoundPort("alsa", "128:0", "Keys", "Keys", true, true, true);
      try (AlsaPorts ports = new AlsaPorts()) {
        assertThat(ports.missing().orElseThrow()).contains(why + SEQUENCER);
        assertThat(ports.list()).isEmpty();
        assertThatThrownBy(() -> ports.virtual("CLASP", (_, _) -> {}))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(why + SEQUENCER);
        assertThatThrownBy(() -> ports.openInput(port, (_, _) -> {}))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(why + SEQUENCER);
        assertThatThrownBy(() -> ports.openOutput(port))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(why + SEQUENCER);
      }
      return;
    }
    try (AlsaPorts one = new AlsaPorts();
        AlsaPorts two = new AlsaPorts()) {
      var heard = new LinkedBlockingQueue<byte[]>();
      PortSystem.OpenPort source = one.virtual("CLASP test", (_, _) -> {});
      FoundPort port =
          two.list().stream()
              .filter(each -> each.name().equals("CLASP test"))
              .findFirst()
              .orElseThrow();
      PortSystem.OpenPort in = two.openInput(port, (bytes, _) -> heard.add(bytes));
      source.send(new byte[] {(byte) 0x90, 60, 100});
      assertThat(heard.poll(30, TimeUnit.SECONDS)).containsExactly(0x90, 60, 100);
      in.close();
    }
  }
}
