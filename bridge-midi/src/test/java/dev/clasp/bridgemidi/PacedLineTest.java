package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacedLineTest {

  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private long now;

  @Test
  void aDinCableCarries3125BytesInASecondAndKeepsTheirOrder() {
    PacedLine line = new PacedLine(PacedLine.DIN_RATE, 65_536, false);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 3000; i++) {
      byte[] note = MidiWriter.bytes(new MidiMessage.NoteOn(i % 16, i % 128, 1 + i % 127));
      assertThat(line.offer(note)).isTrue();
      expected.writeBytes(note);
    }
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    List<Long> times = new ArrayList<>();
    while (line.pending() > 0) {
      now += line.waitNanos(now);
      byte[] bytes = line.take(now);
      got.writeBytes(bytes);
      for (int i = 0; i < bytes.length; i++) {
        times.add(now);
      }
    }
    assertThat(got.toByteArray()).isEqualTo(expected.toByteArray());
    // 9000 bytes at 320 microseconds each, less what may go at once at the beginning.
    assertThat(now).isBetween(2_870_000_000L, 2_880_000_000L);
    for (int i = 0; i + 3200 < times.size(); i++) {
      assertThat(times.get(i + 3200) - times.get(i)).isGreaterThanOrEqualTo(1_000_000_000L);
    }
  }

  @Test
  void whoWakesLateLosesNoMoreThanTheBurst() {
    PacedLine line = new PacedLine(1000, 65_536, false);
    for (int i = 0; i < 400; i++) {
      line.offer(new byte[] {(byte) 0x90, 1, 1});
    }
    Random random = new Random(7);
    while (line.pending() > 0) {
      // Up to 3 ms too late each time.
      now += line.waitNanos(now) + random.nextInt(3_000_000);
      line.take(now);
    }
    assertThat(now).isBetween(1_170_000_000L, 1_230_000_000L);
  }

  @Test
  void realTimeGoesFirstAndIntoTheMiddleOfSysEx() {
    PacedLine line = new PacedLine(PacedLine.DIN_RATE, 65_536, false);
    byte[] dump = new byte[100];
    dump[0] = (byte) 0xF0;
    dump[99] = (byte) 0xF7;
    line.offer(dump);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    got.writeBytes(line.take(now));
    line.offer(new byte[] {(byte) 0xF8});
    got.writeBytes(next(line));
    assertThat(got.toByteArray()).endsWith(0xF8).hasSize(9);
    while (line.pending() > 0) {
      got.writeBytes(next(line));
    }
    assertThat(got.size()).isEqualTo(101);
    assertThat(got.toByteArray()).endsWith(0xF7);
  }

  private byte[] next(PacedLine line) {
    now += line.waitNanos(now);
    return line.take(now);
  }

  @Test
  void underPressureTheNewestValueOfAControllerWins() {
    PacedLine line = crowded();
    line.offer(hex("b0 07 01"));
    line.offer(hex("b0 0a 02"));
    line.offer(hex("b0 07 03"));
    assertThat(rest(line)).isEqualTo("b0 07 03 b0 0a 02");
    assertThat(line.coalesced()).isEqualTo(1);
  }

  @Test
  void butNotAcrossANote() {
    PacedLine line = crowded();
    line.offer(hex("b0 07 01"));
    line.offer(hex("90 3c 40"));
    line.offer(hex("b0 07 03"));
    assertThat(rest(line)).isEqualTo("b0 07 01 90 3c 40 b0 07 03");
  }

  @Test
  void switchesAndParametersAreNeverLeftOut() {
    PacedLine line = crowded();
    String all = "b0 40 7f b0 40 00 b0 65 00 b0 64 00 b0 06 01 b0 06 02 b0 00 01 b0 00 02";
    for (int i = 0; i < all.length(); i += 9) {
      line.offer(hex(all.substring(i, Math.min(all.length(), i + 8))));
    }
    assertThat(rest(line)).isEqualTo(all);
  }

  @Test
  void theFinePartOfAControllerComesBehindItsCoarsePart() {
    PacedLine line = crowded();
    line.offer(hex("b0 21 05"));
    line.offer(hex("b0 01 06"));
    line.offer(hex("b0 21 07"));
    assertThat(rest(line)).isEqualTo("b0 21 05 b0 01 06 b0 21 07");
  }

  @Test
  void withoutPressureEveryValueGoes() {
    PacedLine line = new PacedLine(PacedLine.DIN_RATE, 65_536, false);
    line.offer(hex("b0 07 01"));
    line.offer(hex("b0 07 02"));
    assertThat(drained(line)).isEqualTo("b0 07 01 b0 07 02");
  }

  @Test
  void whatIsTooMuchIsRefused() {
    PacedLine line = new PacedLine(PacedLine.DIN_RATE, 5, false);
    assertThat(line.offer(hex("90 3c 40"))).isTrue();
    assertThat(line.offer(hex("90 3c 00"))).isFalse();
    assertThat(line.offer(hex("f8"))).isTrue();
    assertThat(drained(line)).isEqualTo("f8 90 3c 40");
    assertThat(line.offer(hex("90 3c 00"))).isTrue();
  }

  @Test
  void runningStatusLeavesOutWhatIsTheSame() {
    PacedLine line = new PacedLine(0, 1000, true);
    for (String each : List.of("90 3c 40", "90 3c 00", "f8", "90 3d 40", "f6", "90 3d 00")) {
      line.offer(hex(each));
    }
    assertThat(drained(line)).isEqualTo("f8 90 3c 40 3c 00 3d 40 f6 90 3d 00");
  }

  /** One where more than a tenth of a second waits. */
  private static PacedLine crowded() {
    PacedLine line = new PacedLine(PacedLine.DIN_RATE, 65_536, false, Integer.MAX_VALUE);
    byte[] dump = new byte[400];
    Arrays.fill(dump, (byte) 1);
    dump[0] = (byte) 0xF0;
    dump[399] = (byte) 0xF7;
    line.offer(dump);
    return line;
  }

  private String rest(PacedLine line) {
    return drained(line).substring(400 * 3);
  }

  private String drained(PacedLine line) {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    while (line.pending() > 0) {
      got.writeBytes(next(line));
    }
    return HEX.formatHex(got.toByteArray());
  }

  private static byte[] hex(String text) {
    return HEX.parseHex(text);
  }
}
