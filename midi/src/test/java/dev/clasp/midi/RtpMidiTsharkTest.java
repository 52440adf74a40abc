package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.RandomMidi;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wireshark's reader of RTP-MIDI, written by others, reads our packets and journals. */
class RtpMidiTsharkTest {

  private static final int RAW_IP = 101;

  @TempDir Path folder;

  private final RtpMidiSender sender = new RtpMidiSender(7, 1, true);
  private final List<byte[]> packets = new ArrayList<>();

  private void send(int... bytes) {
    packets.addAll(sender.packets(RandomMidi.bytes(bytes), packets.size() * 10));
  }

  /** What it says of each packet, fields between bars. */
  private List<String> read(String... fields) {
    try {
      Path file = folder.resolve("midi.pcap");
      Files.write(file, capture());
      List<String> command =
          new ArrayList<>(
              List.of(
                  "tshark",
                  "-n",
                  "-r",
                  file.toString(),
                  "-d",
                  "udp.port==5005,rtp",
                  "-d",
                  "rtp.pt==97,rtpmidi",
                  "-T",
                  "fields",
                  "-E",
                  "separator=|"));
      for (String each : fields) {
        command.addAll(List.of("-e", each));
      }
      Process process =
          new ProcessBuilder(command)
              .redirectError(folder.resolve("errors").toFile())
              .redirectOutput(folder.resolve("out").toFile())
              .start();
      assertThat(process.waitFor())
          .as("tshark: " + Files.readString(folder.resolve("errors"), StandardCharsets.UTF_8))
          .isZero();
      return Files.readAllLines(folder.resolve("out"));
    } catch (IOException e) {
      throw new AssertionError("this test needs tshark: apt-get install tshark", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] capture() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(0xA1B2C3D4);
      out.writeInt(0x00020004);
      out.writeLong(0);
      out.writeInt(65_535);
      out.writeInt(RAW_IP);
      int second = 0;
      for (byte[] packet : packets) {
        out.writeInt(second++);
        out.writeInt(0);
        out.writeInt(packet.length + 28);
        out.writeInt(packet.length + 28);
        out.writeInt(0x4500_0000 | packet.length + 28);
        out.writeInt(0);
        out.writeInt(0x4011_0000);
        out.writeInt(0x0A00_0001);
        out.writeInt(0x0A00_0002);
        out.writeInt(5005 << 16 | 5005);
        out.writeInt(packet.length + 8 << 16);
        out.write(packet);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void chaptersSayWhatWasPlayed() {
    send(0xB2, 0, 1);
    send(0xB2, 32, 2);
    send(0xC2, 5);
    send(0xB2, 7, 100);
    send(0xB2, 101, 0);
    send(0xB2, 100, 6);
    send(0xB2, 6, 12);
    send(0xE2, 3, 65);
    send(0x92, 60, 99);
    send(0x92, 61, 98);
    send(0x82, 61, 0);
    send(0xA2, 60, 33);
    send(0xD2, 44);
    send(0xF3, 9);
    packets.add(sender.guard(0));
    List<String> lines =
        read(
            "rtpmidi.cj_chapter_p_program",
            "rtpmidi.cj_chapter_p_bank_msb",
            "rtpmidi.cj_chapter_p_bank_lsb",
            "rtpmidi.cj_chapter_c_number",
            "rtpmidi.cj_chapter_c_value",
            "rtpmidi.cj_chapter_m_log_pnum_lsb",
            "rtpmidi.cj_chapter_m_log_msb",
            "rtpmidi.cj_chapter_w_first",
            "rtpmidi.cj_chapter_w_second",
            "rtpmidi.cj_chapter_n_log_note",
            "rtpmidi.cj_chapter_n_log_velocity",
            "rtpmidi.cj_chapter_n_log_octet",
            "rtpmidi.cj_chapter_t_pressure",
            "rtpmidi.cj_chapter_a_log_note",
            "rtpmidi.cj_chapter_a_log_pressure",
            "rtpmidi.cj_chapter_d_song_sel_value",
            "rtpmidi.check_Seq_num");
    assertThat(lines).hasSize(15);
    assertThat(lines.getLast())
        .isEqualTo("5|0x01|0x02|0,32,7|0x01,0x02,0x64|0x06|0x0c|0x03|0x41|60|99|0x04|44|60|33|9|1");
  }

  @Test
  void nothingThatWeSendIsMalformed() {
    RandomMidi player = new RandomMidi(new SplittableRandom(3));
    for (int i = 0; i < 1_500; i++) {
      byte[] message = player.next();
      packets.addAll(sender.packets(message, i));
      if (i % 200 == 0) {
        sender.confirmed(sender.lastSequence());
        packets.addAll(sender.packets(RandomMidi.bytes(0xF0, 0x7D, 1, 2, 3, 0xF7), i));
      }
    }
    List<String> lines =
        read("_ws.malformed", "rtpmidi.unknown_data", "rtpmidi.cj_chapter_m_pflag");
    assertThat(lines).hasSize(packets.size());
    List<String> wrong =
        lines.stream()
            // It forgets to count the octet of a number that has half come, and reads too far.
            .filter(line -> !line.matches(".*\\|[0,]*[1T].*"))
            .filter(line -> !line.startsWith("||"))
            .toList();
    assertThat(wrong).isEmpty();
    assertThat(lines.stream().filter(line -> line.startsWith("||")).count()).isGreaterThan(1_000);
  }
}
