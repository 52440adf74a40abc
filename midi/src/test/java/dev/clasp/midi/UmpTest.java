package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UmpTest {

  private final List<String> dropped = new ArrayList<>();

  private static String words(List<? extends Ump> packets) {
    StringBuilder text = new StringBuilder();
    for (Ump packet : packets) {
      for (int word : packet.words()) {
        text.append(String.format("%08X ", word));
      }
    }
    return text.toString().strip();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 7, 16, 0",
    "64, 7, 16, 8000",
    "127, 7, 16, FFFF",
    "1, 7, 16, 200",
    "65, 7, 16, 8208",
    "64, 7, 32, 80000000",
    "127, 7, 32, FFFFFFFF",
    "8192, 14, 32, 80000000",
    "16383, 14, 32, FFFFFFFF",
    "100, 7, 14, 3249",
  })
  void valuesGetWider(long value, int from, int to, String hex) {
    assertThat(Long.toHexString(UmpScale.up(value, from, to)).toUpperCase(Locale.ROOT))
        .isEqualTo(hex);
    assertThat(UmpScale.down(UmpScale.up(value, from, to), to, from)).isEqualTo(value);
  }

  @Test
  void everyValueComesBack() {
    for (int bits : new int[] {7, 14, 16}) {
      long before = -1;
      for (long value = 0; value < 1 << bits; value++) {
        long wide = UmpScale.up(value, bits, 32);
        assertThat(wide).isGreaterThan(before).isLessThanOrEqualTo(0xFFFF_FFFFL);
        assertThat(UmpScale.down(wide, 32, bits)).isEqualTo(value);
        before = wide;
      }
    }
  }

  @Test
  void messagesOfMidi1ArePackets() {
    assertThat(words(UmpTranslator.packets(1, new NoteOn(2, 60, 100)))).isEqualTo("21923C64");
    assertThat(words(UmpTranslator.packets(0, RealTime.CLOCK))).isEqualTo("10F80000");
    assertThat(words(UmpTranslator.packets(0, new ProgramChange(0, 5)))).isEqualTo("20C00500");
    assertThat(words(UmpTranslator.packets(0, new SysEx(Messages.hex("7E 7F 06 01")))))
        .isEqualTo("30047E7F 06010000");
    assertThat(words(UmpTranslator.packets(0, new SysEx(Messages.hex("01 02 03 04 05 06 07")))))
        .isEqualTo("30160102 03040506 30310700 00000000");
  }

  @Test
  void anyMessageOfMidi1ComesBackFromPackets() {
    UmpTranslator translator = new UmpTranslator(3, 1000);
    List<MidiMessage> messages = Messages.random(new Random(1), 5000);
    List<MidiMessage> back = new ArrayList<>();
    UmpReader reader =
        new UmpReader(packet -> back.addAll(translator.toMidi1(packet, dropped::add)));
    for (MidiMessage message : messages) {
      for (Ump packet : UmpTranslator.packets(3, message)) {
        for (int word : packet.words()) {
          reader.feed(word);
        }
      }
    }
    assertThat(back).isEqualTo(messages);
    assertThat(dropped).isEmpty();
  }

  @Test
  void channelMessagesGetMidi2() {
    UmpTranslator translator = new UmpTranslator(0, 1000);
    assertThat(words(translator.toMidi2(new NoteOn(1, 60, 127)))).isEqualTo("40913C00 FFFF0000");
    assertThat(words(translator.toMidi2(new NoteOn(1, 60, 0)))).isEqualTo("40813C00 80000000");
    assertThat(words(translator.toMidi2(new ControlChange(0, 7, 64))))
        .isEqualTo("40B00700 80000000");
    assertThat(translator.toMidi2(new ControlChange(0, 0, 2))).isEmpty();
    assertThat(translator.toMidi2(new ControlChange(0, 32, 3))).isEmpty();
    assertThat(words(translator.toMidi2(new ProgramChange(0, 4)))).isEqualTo("40C00001 04000203");
    List<Ump> packets = new ArrayList<>();
    for (Voice each : Controllers.parameter(0, ParameterKind.NRPN, 130, 8192, false)) {
      packets.addAll(translator.toMidi2(each));
    }
    assertThat(words(packets)).isEqualTo("40300102 80000000");
  }

  @Test
  void midi2ComesBackAsMidi1() {
    UmpTranslator to = new UmpTranslator(0, 1000);
    UmpTranslator from = new UmpTranslator(0, 1000);
    Random random = new Random(2);
    for (MidiMessage message : Messages.random(random, 5000)) {
      if (message instanceof Voice voice
          && !(voice instanceof ControlChange change
              && (change.controller() >= 96 && change.controller() <= 101
                  || List.of(0, 6, 32, 38).contains(change.controller())))
          && !(voice instanceof NoteOn(_, _, int velocity) && velocity == 0)) {
        List<MidiMessage> back = new ArrayList<>();
        for (Ump packet : to.toMidi2(voice)) {
          back.addAll(from.toMidi1(packet, dropped::add));
        }
        assertThat(back).containsExactly(voice);
      }
    }
    assertThat(
            from.toMidi1(
                new Ump.Midi2(0, Ump.Midi2.NOTE_ON, 0, 60 << 8, 0x00FF_0000), dropped::add))
        .isEqualTo(List.of(new NoteOn(0, 60, 1)));
    assertThat(from.toMidi1(new Ump.Midi2(0, Ump.Midi2.NOTE_BEND, 0, 60 << 8, 7), dropped::add))
        .isEmpty();
    assertThat(from.toMidi1(new Ump.Midi1(5, new NoteOff(0, 1, 1)), dropped::add)).isEmpty();
  }

  @Test
  void systemExclusiveIsBoundedAndInOrder() {
    UmpTranslator translator = new UmpTranslator(0, 10);
    for (Ump packet : UmpTranslator.packets(0, new SysEx(new byte[30]))) {
      assertThat(translator.toMidi1(packet, dropped::add)).isEmpty();
    }
    assertThat(dropped.getFirst()).isEqualTo("a system exclusive message of more than 10 bytes");
    for (Ump packet : UmpTranslator.packets(0, new SysEx(new byte[10]))) {
      translator.toMidi1(packet, dropped::add);
    }
    assertThat(translator.toMidi1(new Ump.SysEx7(0, Ump.Part.COMPLETE, new byte[1]), dropped::add))
        .containsExactly(new SysEx(new byte[1]));
  }

  @Test
  void typesAreReadAndWritten() {
    Stream.of(
            new Ump.Utility(2, 0x1234),
            new Ump.Midi1(1, new NoteOn(0, 60, 1)),
            new Ump.SysEx7(2, Ump.Part.END, Messages.hex("01 02 03")),
            new Ump.Midi2(3, 9, 4, 0x3C03, -1),
            new Ump.Data8(4, 0, 3, new byte[14]),
            new Ump.Flex(5, Ump.Part.COMPLETE, 1, 0, 0, 0, 50_000_000, 0, 0),
            new Ump.Stream(Ump.Part.COMPLETE, 1, 0x0101, 2, 3, 4),
            new Ump.Unknown(new int[] {0xB000_0000, 1, 2}))
        .forEach(packet -> assertThat(Ump.of(packet.words())).isEqualTo(packet));
    assertThat(new Ump.Flex(5, Ump.Part.COMPLETE, 1, 0, 0, 0, 50_000_000, 0, 0).tempo())
        .isEqualTo(50_000_000);
    assertThat(Ump.of(new int[] {0x10F4_0000})).isInstanceOf(Ump.Unknown.class);
    assertThatThrownBy(() -> Ump.of(new int[] {0x4000_0000}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
