package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Qos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PiecesTest {

  private record Piece(int length, Qos qos) {}

  private static byte[] frame(int flags, int payload) {
    byte[] frame = new byte[4 + ((flags & 0x20) != 0 ? 8 : 0) + payload];
    frame[0] = 0x53;
    frame[1] = (byte) flags;
    frame[2] = (byte) (payload >> 8);
    frame[3] = (byte) payload;
    return frame;
  }

  private static byte[] joined(byte[]... all) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] each : all) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }

  private static List<Piece> cut(byte[] frames, int mtu) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    Pieces.cut(
        frames,
        () -> mtu,
        (value, qos) -> {
          pieces.add(new Piece(value.length, qos));
          again.writeBytes(value);
        });
    assertThat(again.toByteArray()).isEqualTo(frames);
    return pieces;
  }

  @Test
  void aFrameThatFitsIsOnePiece() throws IOException {
    assertThat(cut(frame(0x01, 16), 23)).containsExactly(new Piece(20, Qos.FIRE));
  }

  @Test
  void aLongerFrameIsCutAtTheMtuLessThree() throws IOException {
    assertThat(cut(frame(0x01, 37), 23))
        .containsExactly(new Piece(20, Qos.FIRE), new Piece(20, Qos.FIRE), new Piece(1, Qos.FIRE));
  }

  @Test
  void framesNeverShareAPieceAndKeepTheirQuality() throws IOException {
    assertThat(cut(joined(frame(0x41, 0), frame(0x21, 2), frame(0x81, 1)), 185))
        .containsExactly(
            new Piece(4, Qos.CONFIRM), new Piece(14, Qos.FIRE), new Piece(5, Qos.COMMIT));
  }

  @Test
  void noPieceIsLongerThanAValueMayBe() throws IOException {
    assertThat(cut(frame(0x01, 1000), 517))
        .containsExactly(new Piece(512, Qos.FIRE), new Piece(492, Qos.FIRE));
  }

  @Test
  void anMtuThatCannotBeIsTakenForTheLeast() throws IOException {
    assertThat(cut(frame(0x01, 20), 0))
        .containsExactly(new Piece(20, Qos.FIRE), new Piece(4, Qos.FIRE));
  }

  @Test
  void theLongestFrameComesThrough() throws IOException {
    assertThat(cut(frame(0x21, 65_535), 23)).hasSize(3278);
  }

  @Test
  void whatIsNoWholeFrameGoesOutAsItIs() throws IOException {
    assertThat(cut(new byte[] {0x53}, 23)).containsExactly(new Piece(1, Qos.CONFIRM));
  }
}
