package dev.clasp.serial;

import static dev.clasp.serial.Lines.bytes;
import static dev.clasp.serial.Lines.frame;
import static dev.clasp.serial.Lines.hex;
import static dev.clasp.serial.Lines.into;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.StreamCoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SLIP and COBS, with and without a checksum. */
class PacketCodingTest {

  /** What is tested, and the simple way to do the same. */
  enum Line {
    SLIP,
    SLIP_CRC,
    COBS,
    COBS_CRC;

    boolean crc() {
      return name().endsWith("CRC");
    }

    private boolean slip() {
      return name().startsWith("SLIP");
    }

    StreamCoding coding(int maxFrame) {
      Packet packet = new Packet(maxFrame, crc());
      return slip() ? new SlipCoding(packet) : new CobsCoding(packet);
    }

    byte[] simple(byte[] frame) {
      byte[] packet = crc() ? Lines.summed(frame) : frame;
      return slip() ? Lines.slip(packet) : Lines.cobs(packet);
    }

    List<String> read(byte[] stream, int maxFrame) {
      return slip()
          ? Lines.readSlip(stream, crc(), maxFrame)
          : Lines.readCobs(stream, crc(), maxFrame);
    }
  }

  private static final int MAX = FrameDescriptor.MAX_FRAME;
  private static final byte[] FIRST = frame((byte) 0x41, (byte) 0xC0, (byte) 0xDB, (byte) 0);
  private static final byte[] SECOND = frame((byte) 0, (byte) 0xDB, (byte) 0xC0);

  private final List<String> frames = new ArrayList<>();

  private static List<String> decode(StreamCoding coding, byte[]... pieces) {
    List<String> found = new ArrayList<>();
    for (byte[] piece : pieces) {
      coding.decode(piece, 0, piece.length, into(found));
    }
    return found;
  }

  @Test
  void theExampleOfTheRfc() {
    byte[] sent = Line.SLIP.coding(MAX).encode(FIRST, 0, FIRST.length);

    assertThat(hex(sent)).isEqualTo("c0" + "53410004" + "41" + "dbdc" + "dbdd" + "00" + "c0");
  }

  @Test
  void theExamplesOfThePaper() {
    assertThat(Lines.cobs(bytes("00"))).isEqualTo(bytes("01 01 00"));
    assertThat(Lines.cobs(bytes("00 00"))).isEqualTo(bytes("01 01 01 00"));
    assertThat(Lines.cobs(bytes("11 22 00 33"))).isEqualTo(bytes("03 11 22 02 33 00"));
    assertThat(Lines.cobs(bytes("11 00 00 00"))).isEqualTo(bytes("02 11 01 01 01 00"));
  }

  /** The check value of the catalogue of parametrised CRC algorithms. */
  @Test
  void theChecksumIsThatOfEthernet() {
    assertThat(hex(Lines.summed("123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
        .endsWith("cbf43926");
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void twoFramesAreFoundWhereverTheStreamIsCut(Line line) {
    byte[] stream = Lines.concat(line.simple(FIRST), line.simple(SECOND));
    for (int cut = 0; cut <= stream.length; cut++) {
      StreamCoding coding = line.coding(MAX);

      assertThat(
              decode(
                  coding,
                  Arrays.copyOf(stream, cut),
                  Arrays.copyOfRange(stream, cut, stream.length)))
          .containsExactly(hex(FIRST), hex(SECOND));
      assertThat(coding.resynchronisations()).isZero();
      assertThat(coding.waiting()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aBatchBecomesAPacketForEachFrame(Line line) {
    byte[] batch = Lines.concat(new byte[] {9}, FIRST, SECOND, new byte[] {9});
    byte[] sent = line.coding(MAX).encode(batch, 1, batch.length - 2);

    assertThat(line.read(sent, MAX)).containsExactly(hex(FIRST), hex(SECOND));
    assertThat(decode(line.coding(MAX), sent)).containsExactly(hex(FIRST), hex(SECOND));
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void everyLengthAndTheLongestComeBack(Line line) {
    StreamCoding in = line.coding(MAX);
    StreamCoding out = line.coding(MAX);
    List<Integer> lengths = new ArrayList<>(List.of(MAX - 12));
    for (int length = 0; length < 600; length++) {
      lengths.add(length);
    }
    for (int length : lengths) {
      for (int fill : new int[] {0, 1, 0xC0, 0xDB}) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) fill);
        byte[] frame = frame(payload);
        byte[] sent = out.encode(frame, 0, frame.length);
        assertThat(decode(in, sent)).as("%d times %d", length, fill).containsExactly(hex(frame));
        assertThat(sent.length).isLessThanOrEqualTo(2 * frame.length + 12);
      }
    }
    assertThat(in.resynchronisations()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void noiseCostsNoFrameBehindIt(Line line) {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      byte[] noise = new byte[1 + random.nextInt(30)];
      random.nextBytes(noise);
      StreamCoding out = line.coding(MAX);
      StreamCoding in = line.coding(MAX);

      assertThat(decode(in, noise, out.encode(FIRST, 0, FIRST.length)))
          .as(hex(noise))
          .endsWith(hex(FIRST));
    }
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void oneDamagedByteCostsNoMoreThanTwoFrames(Line line) {
    byte[] sent =
        Lines.concat(
            line.simple(FIRST), line.simple(SECOND), line.simple(FIRST), line.simple(SECOND));
    for (int at = 0; at < sent.length; at++) {
      for (int bit = 1; bit < 256; bit <<= 1) {
        byte[] damaged = sent.clone();
        damaged[at] ^= (byte) bit;
        StreamCoding coding = line.coding(MAX);
        List<String> found = decode(coding, damaged, line.simple(FIRST));

        assertThat(found).as("byte %d", at).hasSizeBetween(3, 5).endsWith(hex(FIRST));
        if (line.crc()) {
          assertThat(found).isSubsetOf(hex(FIRST), hex(SECOND));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aDamagedPacketIsCounted(Line line) {
    byte[] damaged = line.simple(FIRST);
    damaged[damaged.length / 2] ^= 1;
    damaged[2] ^= 0x20;
    StreamCoding coding = line.coding(MAX);

    assertThat(decode(coding, damaged, line.simple(SECOND))).containsExactly(hex(SECOND));
    assertThat(coding.resynchronisations()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aPacketWithoutEndIsHeldInBounds(Line line) {
    StreamCoding coding = line.coding(100);
    byte[] endless = new byte[1000];
    Arrays.fill(endless, (byte) 0x53);
    for (int i = 0; i < 1000; i++) {
      coding.decode(endless, 0, endless.length, into(frames));
    }

    assertThat(frames).isEmpty();
    byte[] good = coding.encode(FIRST, 0, FIRST.length);
    assertThat(decode(coding, good)).containsExactly(hex(FIRST));
    assertThat(coding.resynchronisations()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void agreesWithASlowAndSimpleReader(Line line) {
    SplittableRandom random = new SplittableRandom(11);
    int found = 0;
    for (int round = 0; round < 3000; round++) {
      byte[] stream = {};
      for (int n = random.nextInt(5); n >= 0; n--) {
        byte[] payload = new byte[random.nextInt(20)];
        random.nextBytes(payload);
        if (random.nextInt(3) == 0) {
          Arrays.fill(payload, new byte[] {0, (byte) 0xC0, (byte) 0xDB}[random.nextInt(3)]);
        }
        stream =
            Lines.concat(stream, random.nextInt(5) == 0 ? payload : line.simple(frame(payload)));
      }
      while (random.nextInt(3) == 0 && stream.length > 0) {
        stream[random.nextInt(stream.length)] = (byte) random.nextInt();
      }
      List<String> expected = line.read(stream, 20);
      StreamCoding coding = line.coding(20);
      frames.clear();
      for (int at = 0; at < stream.length; ) {
        int piece = Math.min(1 + random.nextInt(9), stream.length - at);
        coding.decode(stream, at, piece, into(frames));
        at += piece;
      }
      assertThat(frames).as(hex(stream)).isEqualTo(expected);
      found += expected.size();
    }
    assertThat(found).as("worth its time").isGreaterThan(2000);
  }
}
