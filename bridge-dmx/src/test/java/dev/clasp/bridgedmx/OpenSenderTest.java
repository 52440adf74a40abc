package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.serial.SerialDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Order and spacing of what is done to the line, in microseconds. */
class OpenSenderTest {

  /** A clock that stands still but for sleeping and writing. */
  private static final class Clock implements Ticker {
    private long nanos = 5_000_000;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public void sleepUntil(long until) {
      nanos = Math.max(nanos, until);
    }
  }

  private final Clock clock = new Clock();
  private final List<String> done = new ArrayList<>();
  private final List<byte[]> written = new ArrayList<>();
  private final long start = clock.nanos;
  private long writeNanos;

  private final SerialDevice line =
      new SerialDevice() {
        @Override
        public int read(byte[] into) {
          throw new AssertionError("nothing is read");
        }

        @Override
        public void write(byte[] bytes) {
          done.add(at() + " write " + bytes.length);
          written.add(bytes);
          clock.nanos += writeNanos;
        }

        @Override
        public void setBreak(boolean on) {
          done.add(at() + (on ? " break" : " mark"));
        }

        @Override
        public void close() {}
      };

  private long at() {
    return (clock.nanos - start) / 1000;
  }

  private OpenSender sender(String options) {
    return new OpenSender(line, InterfaceSpec.parse("x?kind=open" + options), clock);
  }

  @Test
  void aPacketIsBreakMarkStartCodeAndSlots() throws Exception {
    int count = sender("").send(() -> new byte[] {(byte) 255, 7});

    assertThat(done).containsExactly("0 break", "176 mark", "192 write 3");
    assertThat(written.getFirst()).containsExactly(0, 255, 7);
    assertThat(count).isEqualTo(3);
  }

  @Test
  void breakAndMarkAreAsLongAsAsked() throws Exception {
    sender("&break=92&mab=12").send(() -> new byte[1]);

    assertThat(done).containsExactly("0 break", "92 mark", "104 write 2");
  }

  @Test
  void packetsKeepTheRate() throws Exception {
    OpenSender sender = sender("&rate=25");
    for (int i = 0; i < 3; i++) {
      sender.send(() -> new byte[512]);
    }

    assertThat(done.stream().filter(each -> each.endsWith("break")))
        .containsExactly("0 break", "40000 break", "80000 break");
  }

  @Test
  void theNextBreakDoesNotCutOffWhatIsStillOnTheLine() throws Exception {
    OpenSender sender = sender("&rate=44");
    sender.send(() -> new byte[512]);
    sender.send(() -> new byte[512]);

    // 192 us, then 513 slots of 44 us, at 44 Hz a little more than 22,727 us.
    assertThat(done.get(3)).isEqualTo("22764 break");
  }

  @Test
  void aSlowLineIsNotHurried() throws Exception {
    writeNanos = 60_000_000;
    OpenSender sender = sender("&rate=44");
    sender.send(() -> new byte[512]);
    sender.send(() -> new byte[512]);

    assertThat(done.get(3)).isEqualTo("60192 break");
  }

  @Test
  void fewSlotsAreNotSentFasterThanTheStandardAllows() throws Exception {
    OpenSender sender = sender("&rate=44");
    sender.send(() -> new byte[1]);
    sender.send(() -> new byte[1]);

    assertThat(done.get(3)).isEqualTo("22727 break");
  }

  @Test
  void levelsAreAskedForWhenTheyLeave() throws Exception {
    OpenSender sender = sender("&rate=1");
    byte[] level = {1};
    sender.send(() -> level);
    level[0] = 2;
    sender.send(() -> level);

    assertThat(written.get(1)).containsExactly(0, 2);
    assertThat(start).isLessThan(clock.nanos);
  }
}
