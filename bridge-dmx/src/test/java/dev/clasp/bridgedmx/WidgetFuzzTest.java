package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridgedmx.WidgetInput.Heard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a widget may say: any bytes, in any pieces. */
class WidgetFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "00",
            "027E0A04007856 3412E7 7E0C0000E7",
            "017E0505007E0C0000E7AA",
            "057E0559027E0C0000E7",
            "0A7E0900007E7E7E090900 00 0300000000 0A0B E7",
            "037E050400 00 00 FF80 E7")
        .map(text -> HexFormat.of().parseHex(text.replace(" ", "")));
  }

  /** Simple: all of the stream is there. */
  private static List<WidgetMessage> read(byte[] stream) {
    List<WidgetMessage> found = new ArrayList<>();
    int at = 0;
    while (at < stream.length) {
      int end = stream[at] == 0x7E ? end(stream, at) : -1;
      if (end == Integer.MAX_VALUE) {
        return found;
      }
      if (end < 0) {
        at++;
        continue;
      }
      found.add(
          new WidgetMessage(stream[at + 1] & 0xFF, Arrays.copyOfRange(stream, at + 4, end - 1)));
      at = end;
    }
    return found;
  }

  /** Behind the message; -1: none begins here; the greatest: not all of it has come. */
  private static int end(byte[] stream, int at) {
    if (at + 4 > stream.length) {
      return Integer.MAX_VALUE;
    }
    int length = (stream[at + 2] & 0xFF) + 256 * (stream[at + 3] & 0xFF);
    if (length > 600) {
      return -1;
    }
    int end = at + length + 5;
    return end > stream.length ? Integer.MAX_VALUE : stream[end - 1] == (byte) 0xE7 ? end : -1;
  }

  @MethodSource("seeds")
  @FuzzTest
  void piecesMakeNoDifference(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    int piece = 1 + (bytes[0] & 0xFF);
    byte[] stream = Arrays.copyOfRange(bytes, 1, bytes.length);
    List<WidgetMessage> found = new ArrayList<>();
    WidgetDecoder decoder = new WidgetDecoder(found::add);
    for (int at = 0; at < stream.length; at += piece) {
      decoder.decode(stream, at, Math.min(piece, stream.length - at));
    }
    assertThat(found).isEqualTo(read(stream));
    decoder.giveUp();
    assertThat(decoder.giveUp()).isFalse();
  }

  /** The first byte chooses between whole packets and changes; two messages follow each other. */
  @MethodSource("seeds")
  @FuzzTest
  void whatIsReceivedIsAUniverseOrNothing(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    WidgetInput input = new WidgetInput();
    byte[] data = Arrays.copyOfRange(bytes, 1, bytes.length);
    for (int i = 0; i < 2; i++) {
      boolean whole = (bytes[0] >> i & 1) == 0;
      Heard heard = whole ? input.received(data) : input.changed(data);
      if (heard instanceof Heard.Slots(byte[] slots)) {
        assertThat(slots.length).isBetween(0, 512);
      }
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void aConversationSurvivesAnything(byte[] bytes) {
    List<WidgetMessage> out = new ArrayList<>();
    List<String> told = new ArrayList<>();
    ProWidget widget =
        new ProWidget(
            InterfaceSpec.parse("x?kind=pro&direction=in"),
            out::add,
            new ProWidget.Listener() {
              @Override
              public void identified(Identity identity) {
                told.add(identity.toString());
              }

              @Override
              public void heard(byte[] slots) {
                assertThat(slots.length).isLessThanOrEqualTo(512);
              }

              @Override
              public void unusable(String why) {
                assertThat(why).isNotEmpty();
              }
            });
    widget.begin(0);
    WidgetDecoder decoder = new WidgetDecoder(message -> widget.message(message, 1));
    decoder.decode(bytes, 0, bytes.length);
    widget.tick(2);
    widget.end();
    assertThat(told.size()).isLessThanOrEqualTo(1);
    assertThat(told).allMatch(text -> text.chars().allMatch(c -> c >= ' ' && c <= '~'));
  }
}
