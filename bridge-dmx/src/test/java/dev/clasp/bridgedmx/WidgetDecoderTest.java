package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WidgetDecoderTest {

  private final List<WidgetMessage> found = new ArrayList<>();
  private final WidgetDecoder decoder = new WidgetDecoder(found::add);

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private void decode(String text) {
    byte[] bytes = hex(text);
    decoder.decode(bytes, 0, bytes.length);
  }

  @Test
  void aWholeUniverseHasTheHeaderOfTheInterface() {
    byte[] bytes = new WidgetMessage(Label.OUTPUT, new byte[513]).encode();

    assertThat(bytes).startsWith(hex("7E 06 01 02 00")).endsWith(hex("E7")).hasSize(518);
  }

  @Test
  void aMessageInPiecesIsFound() {
    decode("7E 0A 04");
    decode("00 78 56");
    assertThat(found).isEmpty();
    decode("34 12 E7 7E 0C 00 00 E7");

    assertThat(found)
        .containsExactly(
            WidgetMessage.of(10, 0x78, 0x56, 0x34, 0x12), WidgetMessage.of(Label.RDM_TIMEOUT));
    assertThat(decoder.noise()).isZero();
  }

  @Test
  void aFalseBeginningHidesNothing() {
    // Says that 5 bytes come; instead of its end stands another message.
    decode("7E 05 05 00 7E 0C 00 00 E7 AA");

    assertThat(found).containsExactly(WidgetMessage.of(Label.RDM_TIMEOUT));
    assertThat(decoder.noise()).isEqualTo(5);
  }

  @Test
  void moreThanAWidgetMaySayIsNoMessage() {
    // 601 bytes.
    decode("7E 05 59 02 7E 0C 00 00 E7");

    assertThat(found).containsExactly(WidgetMessage.of(Label.RDM_TIMEOUT));
    assertThatThrownBy(() -> new WidgetMessage(5, new byte[601]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatNeverEndsIsGivenUpAndWhatIsInItFound() {
    decode("7E 05 00 02 7E 0C 00 00 E7");
    assertThat(found).isEmpty();

    assertThat(decoder.giveUp()).isTrue();
    assertThat(found).containsExactly(WidgetMessage.of(Label.RDM_TIMEOUT));
    assertThat(decoder.giveUp()).isFalse();
  }
}
