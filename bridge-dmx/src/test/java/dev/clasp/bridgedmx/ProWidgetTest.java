package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The conversation with a widget, without a port and with a clock in hand. */
class ProWidgetTest {

  private static final WidgetMessage PARAMETERS =
      WidgetMessage.of(Label.GET_PARAMETERS, 44, 1, 9, 1, 40);

  private final List<WidgetMessage> out = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private long now;

  private final ProWidget.Listener listener =
      new ProWidget.Listener() {
        @Override
        public void identified(Identity identity) {
          told.add("is " + identity);
        }

        @Override
        public void heard(byte[] slots) {
          told.add("heard " + HexFormat.of().formatHex(slots));
        }

        @Override
        public void unusable(String why) {
          told.add("unusable " + why);
        }
      };

  private ProWidget widget(String options) {
    ProWidget widget =
        new ProWidget(InterfaceSpec.parse("x?kind=pro" + options), out::add, listener);
    widget.begin(now);
    return widget;
  }

  private ProWidget working(String options) {
    ProWidget widget = widget(options);
    widget.message(PARAMETERS, now);
    out.removeIf(message -> message.data().length == 0 || message.label() == Label.GET_PARAMETERS);
    told.clear();
    return widget;
  }

  private void pass(ProWidget widget, long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    widget.tick(now);
  }

  private static WidgetMessage named(int label, int number, String name) {
    byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
    byte[] data = new byte[2 + text.length];
    data[0] = (byte) number;
    data[1] = (byte) (number >> 8);
    System.arraycopy(text, 0, data, 2, text.length);
    return new WidgetMessage(label, data);
  }

  // --- who it is ---------------------------------------------------------------------------------

  @Test
  void itIsAskedForItsNamesAndItsParametersLast() {
    widget("");

    assertThat(out.stream().map(WidgetMessage::label))
        .containsExactly(
            Label.MANUFACTURER, Label.DEVICE, Label.SERIAL_NUMBER, Label.GET_PARAMETERS);
  }

  @Test
  void itIsWhatItSays() {
    ProWidget widget = widget("");
    widget.message(named(Label.MANUFACTURER, 0x454E, "ENTTEC"), now);
    widget.message(named(Label.DEVICE, 1, "DMX USB PRO\0\u0001"), now);
    widget.message(WidgetMessage.of(Label.SERIAL_NUMBER, 0x78, 0x56, 0x34, 0x12), now);
    assertThat(widget.works()).isFalse();
    widget.message(PARAMETERS, now);

    assertThat(told).containsExactly("is ENTTEC DMX USB PRO 12345678, firmware 1.44");
    assertThat(widget.works()).isTrue();
  }

  @Test
  void anOldOneHasNoNames() {
    widget("").message(PARAMETERS, now);

    assertThat(told).containsExactly("is DMX USB Pro, firmware 1.44");
  }

  @Test
  void silenceIsAskedAgainAndThenBelieved() {
    ProWidget widget = widget("");
    for (int i = 1; i < 4; i++) {
      pass(widget, 500);
      assertThat(widget.silent()).isFalse();
      assertThat(out).hasSize(4 * (i + 1));
    }
    pass(widget, 499);
    assertThat(widget.silent()).isFalse();
    pass(widget, 1);
    assertThat(widget.silent()).isTrue();
  }

  // --- output ------------------------------------------------------------------------------------

  @Test
  void shortFramesAreFilledUp() {
    ProWidget widget = working("");

    WidgetMessage message = widget.output(0, new byte[] {(byte) 255}).orElseThrow();
    assertThat(HexFormat.of().formatHex(message.encode()))
        .isEqualTo("7e06190000ff" + "00".repeat(23) + "e7");
  }

  @Test
  void levelsOfBeforeAreSentWhenItIsThere() {
    ProWidget widget = widget("");
    assertThat(widget.output(0, new byte[] {1})).isEmpty();
    widget.output(0, new byte[] {2});
    out.clear();
    widget.message(PARAMETERS, now);

    assertThat(out).hasSize(1);
    assertThat(out.getFirst().label()).isEqualTo(Label.OUTPUT);
    assertThat(out.getFirst().data()).startsWith(0, 2);
  }

  @Test
  void onlyParametersThatDifferAreWritten() {
    working("&break=96&mab=12");
    // 96 us are 9 units, 12 us are 2.
    assertThat(out).containsExactly(WidgetMessage.of(Label.SET_PARAMETERS, 0, 0, 9, 2, 40));

    out.clear();
    working("&break=92");
    assertThat(out).isEmpty();

    working("&rate=25");
    assertThat(out).containsExactly(WidgetMessage.of(Label.SET_PARAMETERS, 0, 0, 9, 1, 25));
  }

  @Test
  void twoLinesOfDmxkingHaveLabelsOfTheirOwn() {
    ProWidget widget = widget("&universe=1&universe2=2");
    widget.message(named(Label.MANUFACTURER, Identity.DMXKING, "DMXking.com"), now);
    widget.message(PARAMETERS, now);

    assertThat(widget.output(0, new byte[512]).orElseThrow().label()).isEqualTo(100);
    assertThat(widget.output(1, new byte[512]).orElseThrow().label()).isEqualTo(101);
  }

  @Test
  void aKeyUnlocksTheSecondLine() {
    ProWidget widget = working("&universe2=2&api_key=01020304&label2=200");

    assertThat(out).containsExactly(WidgetMessage.of(Label.API_KEY, 1, 2, 3, 4));
    assertThat(widget.output(0, new byte[512]).orElseThrow().label()).isEqualTo(Label.OUTPUT);
    assertThat(widget.output(1, new byte[512]).orElseThrow().label()).isEqualTo(200);
  }

  // --- input -------------------------------------------------------------------------------------

  @Test
  void itIsToldHowToReceive() {
    working("&direction=in");
    assertThat(out).containsExactly(WidgetMessage.of(Label.RECEIVE_MODE, 0));
    out.clear();
    working("&direction=in&receive=changes");
    assertThat(out).containsExactly(WidgetMessage.of(Label.RECEIVE_MODE, 1));
  }

  @Test
  void packetsAndChangesAreHeard() {
    ProWidget widget = working("&direction=in");
    widget.message(WidgetMessage.of(Label.RECEIVED, 0, 0, 1, 2, 3), now);
    widget.message(WidgetMessage.of(Label.CHANGED, 0, 0b100, 0, 0, 0, 0, 9), now);
    widget.message(WidgetMessage.of(Label.CHANGED, 0, 0b100, 0, 0, 0, 0), now);

    assertThat(told.subList(0, 2)).containsExactly("heard 010203", "heard 010903");
    assertThat(told.get(2)).startsWith("unusable a change of state of 1 slots");
  }

  @Test
  void anOutputHearsNothing() {
    ProWidget widget = working("");
    widget.message(WidgetMessage.of(Label.RECEIVED, 0, 0, 1, 2, 3), now);

    assertThat(told).isEmpty();
  }

  // --- RDM ---------------------------------------------------------------------------------------

  @Test
  void messagesOfRdmFollowEachOtherAndLevelsGoOnAfterEach() throws Exception {
    ProWidget widget = working("");
    widget.output(0, new byte[] {5});
    CompletableFuture<Optional<byte[]>> first = widget.rdm(new byte[] {(byte) 0xCC, 1}, false, now);
    CompletableFuture<Optional<byte[]>> second = widget.rdm(new byte[] {(byte) 0xCC, 2}, true, now);
    assertThat(out).containsExactly(WidgetMessage.of(Label.SEND_RDM, 0xCC, 1));
    assertThat(widget.output(0, new byte[] {6})).isEmpty();

    widget.message(WidgetMessage.of(Label.RECEIVED, 0, 0xCC, 9), now);
    assertThat(first.get().orElseThrow()).containsExactly(0xCC, 9);
    assertThat(out.get(1).label()).isEqualTo(Label.OUTPUT);
    assertThat(out.get(1).data()).startsWith(0, 6);
    assertThat(out.get(2)).isEqualTo(WidgetMessage.of(Label.SEND_RDM_DISCOVERY, 0xCC, 2));

    widget.message(WidgetMessage.of(Label.RDM_TIMEOUT), now);
    assertThat(second.get()).isEmpty();
  }

  @Test
  void rdmWithoutAnyAnswerEndsInTime() throws Exception {
    ProWidget widget = working("");
    CompletableFuture<Optional<byte[]>> asked = widget.rdm(new byte[] {(byte) 0xCC, 1}, false, now);
    pass(widget, 499);
    assertThat(asked).isNotDone();
    pass(widget, 1);
    assertThat(asked.get()).isEmpty();
  }
}
