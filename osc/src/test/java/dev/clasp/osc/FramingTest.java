package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscArgument.Int32;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FramingTest {

  /** What came out. */
  static final class Collected implements OscFrames {
    final List<String> packets = new ArrayList<>();
    final List<String> damages = new ArrayList<>();

    @Override
    public void packet(byte[] buffer, int offset, int length) {
      packets.add(HexFormat.of().formatHex(buffer, offset, offset + length));
    }

    @Override
    public void damaged(String why) {
      damages.add(why);
    }
  }

  private final Collected out = new Collected();

  @Test
  void goldenBytes() {
    byte[] packet = OscCodec.encode(new OscMessage("/a", new Int32(1)));
    assertThat(SlipFraming.frame(packet, 0, packet.length))
        .isEqualTo(HexFormat.of().parseHex("c02f6100002c69000000000001c0"));
    assertThat(LengthFraming.frame(packet, 0, packet.length))
        .isEqualTo(HexFormat.of().parseHex("0000000c2f6100002c69000000000001"));
    assertThat(SlipFraming.frame(new byte[] {(byte) 0xC0, (byte) 0xDB}, 0, 2))
        .isEqualTo(HexFormat.of().parseHex("c0dbdcdbddc0"));
  }

  @ParameterizedTest
  @EnumSource(OscFraming.Kind.class)
  void packetsComeBackInPiecesOfAnySize(OscFraming.Kind kind) throws OscException {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      Collected collected = new Collected();
      List<String> sent = new ArrayList<>();
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int i = 0; i < 10; i++) {
        byte[] packet = new byte[1 + random.nextInt(i == 5 ? 3000 : 40)];
        random.nextBytes(packet);
        if (random.nextBoolean()) {
          java.util.Arrays.fill(packet, (byte) 0xC0);
        }
        sent.add(HexFormat.of().formatHex(packet));
        stream.writeBytes(kind.frame(packet, 0, packet.length));
      }
      byte[] all = stream.toByteArray();
      OscFraming decoder = kind.decoder(4096);
      int at = 0;
      while (at < all.length) {
        int piece = Math.min(all.length - at, 1 + random.nextInt(round % 2 == 0 ? 5 : 2000));
        decoder.feed(all, at, piece, collected);
        at += piece;
      }
      assertThat(collected.packets).isEqualTo(sent);
      assertThat(collected.damages).isEmpty();
      assertThat(OscFraming.Kind.of(all[0])).isEqualTo(kind);
    }
  }

  @Test
  void slipGoesOnBehindDamage() {
    SlipFraming decoder = new SlipFraming(4);
    feed(decoder, "c0 61 db 61 62 c0 c0 63 c0");
    assertThat(out.packets).containsExactly("63");
    assertThat(out.damages).singleElement().asString().contains("0x61");
    feed(decoder, "c0 01 02 03 04 05 06 c0 64 c0");
    assertThat(out.packets).containsExactly("63", "64");
    assertThat(out.damages).last().asString().contains("more than 4 bytes");
    feed(decoder, "61 db c0 65 c0");
    assertThat(out.packets).containsExactly("63", "64", "65");
    assertThat(out.damages).last().asString().contains("within an escape");
  }

  @Test
  void slipNeedsOneEndOnly() {
    feed(new SlipFraming(100), "61 c0 62 c0 c0 c0 63 c0");
    assertThat(out.packets).containsExactly("61", "62", "63");
  }

  @Test
  void aLengthThatCannotBeEndsTheStream() {
    assertThatThrownBy(() -> new LengthFraming(100).feed(hex("c0 2f 61 00"), 0, 4, out))
        .isInstanceOf(OscException.class)
        .hasMessageContaining("SLIP");
    assertThatThrownBy(() -> new LengthFraming(100).feed(hex("00 00 00 65"), 0, 4, out))
        .hasMessageContaining("a packet of 101 bytes is announced, and at most 100");
  }

  @Test
  void emptyPacketsAreSkipped() throws OscException {
    LengthFraming decoder = new LengthFraming(100);
    byte[] bytes = hex("00 00 00 00 00 00 00 01 61");
    for (byte b : bytes) {
      decoder.feed(new byte[] {b}, 0, 1, out);
    }
    decoder.feed(bytes, 0, bytes.length, out);
    assertThat(out.packets).containsExactly("61", "61");
  }

  private void feed(SlipFraming decoder, String hex) {
    byte[] bytes = hex(hex);
    decoder.feed(bytes, 0, bytes.length, out);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
