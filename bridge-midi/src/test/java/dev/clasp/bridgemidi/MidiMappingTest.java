package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.midi.Controllers;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.MidiWriter;
import dev.clasp.midi.ParameterKind;
import dev.clasp.midi.SmfEvent;
import dev.clasp.midi.SmfPlayer;
import dev.clasp.midi.SmfReader;
import dev.clasp.midi.SmfWriter;
import dev.clasp.midi.StandardMidiFile;
import dev.clasp.midi.TimeCode;
import dev.clasp.midi.TimeCodeSchedule;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MidiMappingTest {

  private static final long MILLIS = 1_000_000;

  @Test
  void channelsThatAreNotWantedAreLeftOut() {
    MappedDevice device =
        new MappedDevice(Map.of("channels", Value.of("1-3,10"), "channel_base", Value.of(1L)));
    device.bytes("B0 07 01 B3 07 02 B9 07 03 BF 07 04");
    assertThat(device.signals)
        .extracting(MappedSignal::address)
        .containsExactly("/keys/ch/1/cc/7", "/keys/ch/10/cc/7");
    device.send("/keys/ch/4/cc/7", Value.of(1L));
    assertThat(device.dropped)
        .containsExactly("/keys/ch/4/cc/7: channel 4 is not one of the setting channels");
    device.send("/keys/cc/7", Value.of(1L));
    assertThat(device.sentHex()).isEqualTo("B0 07 01");
  }

  @Test
  void aDeviceThatIsGoneLetsGoOfWhatItHeld() {
    MappedDevice device = new MappedDevice(Map.of("notes", Value.of("both")));
    device.bytes("90 3C 64 91 40 50 90 3E 64 80 3E 40 B0 40 7F");
    device.signals.clear();
    device.mapping.lost(device.nanos);
    assertThat(device.signals)
        .extracting(MappedSignal::address)
        .containsExactly(
            "/keys/ch/0/note",
            "/keys/ch/0/note/60",
            "/keys/ch/1/note",
            "/keys/ch/1/note/64",
            "/keys/ch/0/cc/64");
    assertThat(device.signals.getFirst().value())
        .isEqualTo(
            Value.of(Map.of("note", Value.of(60L), "velocity", Value.of(64L), "on", Value.FALSE)));
    assertThat(device.signals.getLast().value()).isEqualTo(Value.of(0L));
    device.mapping.lost(device.nanos);
    assertThat(device.signals).as("only once").hasSize(5);
  }

  @Test
  void aDeviceThatComesBackEndsTheNotesFromBefore() {
    MappedDevice device = new MappedDevice(Map.of());
    device.send("/keys/note/60", Value.of(100L));
    device.send("/keys/cc/64", Value.of(127L));
    device.messages.clear();
    device.mapping.connected(true);
    assertThat(device.sentHex()).isEqualTo("80 3C 40 B0 40 00");
    device.mapping.connected(true);
    device.mapping.silence();
    assertThat(device.messages).as("nothing is left").hasSize(2);
  }

  /** bridges.md 4.6: these forms must be accepted, whatever is emitted. */
  @Test
  void everyFormOfAnAddressThatIsKnownIsTaken() {
    MappedDevice device = new MappedDevice(Map.of());
    Map<String, Value> note = Map.of("note", Value.of(60L), "velocity", Value.of(100L));
    Map<String, Value> third = new HashMap<>(note);
    third.put("channel", Value.of(2L));
    // The canonical one, with and without the device.
    device.send("/keys/ch/2/cc/7", Value.of(1L));
    device.send("/ch/2/cc/7", Value.of(2L));
    // As published bridges take it: two segments of any name, of which the namespace is one.
    device.send("/thing/2/cc/7", Value.of(3L));
    device.send("/thing/2/bend", Value.of(0L));
    device.send("/thing/2/note", Value.of(note));
    // The device and a channel alone.
    device.send("/keys/2/cc/7", Value.of(4L));
    // The protocol document: the first channel, or one in the map.
    device.send("/keys/cc/7", Value.of(5L));
    device.send("/keys/note", Value.of(third));
    // The documentation: notes with a number.
    device.send("/keys/ch/2/note/60", Value.of(100L));
    device.send("/keys/note/60", Value.of(100L));
    assertThat(device.dropped).isEmpty();
    assertThat(device.sentHex())
        .isEqualTo(
            "B2 07 01 B2 07 02 B2 07 03 E2 00 40 92 3C 64 B2 07 04 B0 07 05 92 3C 64 92 3C 64"
                + " 90 3C 64");
    assertThat(MidiPath.of("/thing/ch/0/cc/7", List.of("keys"))).as("another device").isEmpty();
    assertThat(MidiPath.of("/thing/0/colour/7", List.of("keys"))).isEmpty();
  }

  @Test
  void ticksAreEventsUnlessTheProfileIsStandard() {
    MappedDevice compatible = new MappedDevice(Map.of());
    MappedDevice standard = new MappedDevice(Map.of(), TypeProfile.STANDARD);
    MappedDevice asked = new MappedDevice(Map.of("clock", Value.TRUE), TypeProfile.STANDARD);
    for (MappedDevice device : List.of(compatible, standard, asked)) {
      device.bytes("F8");
    }
    assertThat(compatible.signals).hasSize(1);
    assertThat(standard.signals).isEmpty();
    assertThat(asked.signals).hasSize(1);
  }

  @Test
  void aClockIsATempo() {
    MappedDevice device = new MappedDevice(Map.of("clock", Value.FALSE));
    for (int i = 0; i < 240; i++) {
      device.nanos = 1_000_000_000 + Math.round(i * 60e9 / (125 * 24));
      device.bytes("F8");
    }
    assertThat(device.signals)
        .containsExactly(new MappedSignal("/keys/tempo", SignalType.PARAM, Value.of(125.0)));
  }

  @Test
  void ourClockRunsAtTheTempoThatIsSet() {
    MappedDevice device = new MappedDevice(Map.of());
    device.pass(1000 * MILLIS);
    assertThat(device.messages).isEmpty();
    device.send("/keys/tempo", Value.of(150.0));
    device.send("/keys/clock/out", Value.TRUE);
    device.pass(10_000 * MILLIS - 1);
    assertThat(device.messages).hasSize(600).containsOnly(RealTime.CLOCK);
    device.send("/keys/clock/out", Value.FALSE);
    device.pass(1000 * MILLIS);
    assertThat(device.messages).hasSize(600);

    MappedDevice other = new MappedDevice(Map.of("clock_out", Value.TRUE, "tempo", Value.of(60.0)));
    other.pass(1000 * MILLIS - 1);
    assertThat(other.messages).hasSize(24);
    other.send("/keys/transport", Value.of("start"));
    other.pass(MILLIS);
    assertThat(other.messages.subList(24, 26)).containsExactly(RealTime.START, RealTime.CLOCK);
    other.send("/keys/clock", Value.NULL);
    assertThat(other.dropped)
        .containsExactly("/keys/clock: we send a clock of our own already (clock/out)");
  }

  @Test
  void timesThatGoOnAreQuarterFrames() {
    MappedDevice source = new MappedDevice(Map.of());
    MappedDevice target = new MappedDevice(Map.of());
    Random random = new Random(1);
    long start = target.nanos;
    for (int frame = 0; frame < 250; frame++) {
      target.pass(start + frame * 40 * MILLIS + random.nextInt(20_000_000) - target.nanos);
      target.send(
          "/keys/mtc",
          Value.of(
              Map.of(
                  "h", Value.of(1L),
                  "s", Value.of(frame / 25L),
                  "f", Value.of(frame % 25L),
                  "rate", Value.of(25L))));
    }
    target.pass(2000 * MILLIS);
    assertThat(target.messages.getFirst()).isInstanceOf(SysEx.class);
    List<MidiMessage> rest = target.messages.subList(1, target.messages.size());
    assertThat(rest).hasOnlyElementsOfType(TimeCodeQuarter.class);
    // 250 frames of four, and those of the 0.3 s until it stops.
    assertThat(rest.size()).isBetween(960, 1040);
    for (int i = 0; i < rest.size(); i++) {
      assertThat(((TimeCodeQuarter) rest.get(i)).piece()).isEqualTo(i % 8);
    }
    for (MidiMessage message : rest) {
      source.bytes(MidiWriter.bytes(message));
      source.nanos += 10 * MILLIS;
    }
    assertThat(source.signals.size()).isGreaterThan(230);
    assertThat(source.signals.get(200).value()).isInstanceOf(Value.Map.class);
    assertThat(target.mapping.due()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void allNotesOfOursEndWithTheBridge() {
    MappedDevice device = new MappedDevice(Map.of());
    device.send("/keys/ch/1/note/60", Value.of(100L));
    device.send("/keys/ch/1/note/62", Value.of(100L));
    device.send("/keys/ch/1/note/60", Value.of(0L));
    device.send("/keys/ch/2/cc/64", Value.of(127L));
    device.messages.clear();
    device.mapping.silence();
    assertThat(device.messages)
        .containsExactly(
            new NoteOff(1, 62, 64),
            new ControlChange(2, 64, 0),
            new ControlChange(1, 123, 0),
            new ControlChange(2, 123, 0));
    device.messages.clear();
    device.mapping.silence();
    assertThat(device.messages).isEmpty();
  }

  @Test
  void touchesAreGesturesAndGoBack() {
    MappedDevice in = new MappedDevice(Map.of("mpe", Value.of("lower")));
    in.bytes("91 3C 64 D1 20 92 40 10 E1 00 00 81 3C 30 B0 07 01 82 40 31");
    List<MappedSignal> touches =
        in.signals.stream().filter(each -> each.address().contains("mpe")).toList();
    assertThat(touches)
        .extracting(each -> each.gesture().orElseThrow())
        .containsExactly(
            new GestureStep(1, GesturePhase.START),
            new GestureStep(1, GesturePhase.MOVE),
            new GestureStep(2, GesturePhase.START),
            new GestureStep(1, GesturePhase.MOVE),
            new GestureStep(1, GesturePhase.END),
            new GestureStep(2, GesturePhase.END));
    assertThat(touches.get(3).value())
        .isEqualTo(
            Value.of(
                Map.of(
                    "note", Value.of(60L),
                    "velocity", Value.of(100L),
                    "bend", Value.of(-48.0),
                    "pressure", Value.of(32L),
                    "timbre", Value.of(64L))));
    MappedDevice out = new MappedDevice(Map.of("mpe", Value.of("lower")));
    touches.forEach(out::send);
    assertThat(out.dropped).isEmpty();
    MappedDevice again = new MappedDevice(Map.of("mpe", Value.of("lower")));
    again.bytes(out.sent());
    assertThat(again.signals.stream().filter(each -> each.address().contains("mpe")).toList())
        .isEqualTo(touches);
  }

  @Test
  void fingersThatAreTooManyTakeTheChannelOfTheOldestAndEndItsNote() {
    MappedDevice device = new MappedDevice(Map.of("mpe", Value.of("lower")));
    for (int id = 0; id < 16; id++) {
      device.send(finger(id, GesturePhase.START, 40 + id));
    }
    List<MidiMessage> notes =
        device.messages.stream()
            .filter(each -> each instanceof NoteOn || each instanceof NoteOff)
            .toList();
    assertThat(notes).hasSize(17);
    assertThat(notes.subList(15, 17))
        .containsExactly(new NoteOff(1, 40, 64), new NoteOn(1, 55, 64));
    device.messages.clear();
    device.send(finger(15, GesturePhase.CANCEL, 55));
    device.send(finger(0, GesturePhase.END, 40));
    assertThat(device.messages).as("a cancelled one ends, a stolen one has").hasSize(1);
    assertThat(device.dropped).isEmpty();
  }

  private static MappedSignal finger(int id, GesturePhase phase, int note) {
    return MappedSignal.gesture(
        "/keys/mpe/lower/touch",
        new GestureStep(id, phase),
        Value.of(Map.of("note", Value.of((long) note))));
  }

  @Test
  void aDeviceThatIsGoneEndsItsTouches() {
    MappedDevice device = new MappedDevice(Map.of("mpe", Value.of("lower")));
    device.bytes("91 3C 64 92 40 10");
    device.signals.clear();
    device.mapping.lost(device.nanos);
    assertThat(device.signals)
        .extracting(each -> each.gesture().orElseThrow())
        .containsExactly(
            new GestureStep(1, GesturePhase.END), new GestureStep(2, GesturePhase.END));
  }

  @Test
  void notesThatARouterBeganEndWhenItIsAway() {
    MappedDevice device = new MappedDevice(Map.of("mpe", Value.of("lower")));
    device.send("/keys/note/60", Value.of(100L));
    device.send("/keys/cc/64", Value.of(127L));
    device.send(finger(1, GesturePhase.START, 50));
    device.messages.clear();
    device.mapping.router(false, true, device.nanos);
    assertThat(device.sentHex()).isEqualTo("80 3C 40 81 32 40 B0 40 00");
    device.mapping.router(false, true, device.nanos);
    device.send(finger(1, GesturePhase.END, 50));
    assertThat(device.messages).as("once").hasSize(3);
    assertThat(device.dropped).isEmpty();
  }

  @Test
  void whatEndedWhileTheRouterWasAwayIsToldAgainIfItIsOld() {
    MappedDevice device =
        new MappedDevice(Map.of("mpe", Value.of("upper"), "touches", Value.of("event")));
    device.bytes("9F 3C 64 9F 3D 64 9F 3E 64 91 40 64");
    device.mapping.router(false, true, device.nanos);
    device.bytes("8F 3C 40 8F 3D 40 81 40 40 9F 3D 64");
    device.nanos += 4_600 * MILLIS;
    device.bytes("8F 3E 40");
    device.signals.clear();
    device.mapping.router(true, true, device.nanos);
    assertThat(device.signals)
        .extracting(each -> each.address() + " " + each.type())
        .containsExactly("/keys/ch/15/note EVENT", "/keys/mpe/upper/touch EVENT");
    assertThat(device.signals.getFirst().value().toString()).contains("60");
    device.signals.clear();
    device.mapping.router(true, true, device.nanos);
    assertThat(device.signals).isEmpty();
  }

  @Test
  void timeCodeOfADeviceThatComesBackIsNotMixedWithThatFromBefore() {
    MappedDevice device = new MappedDevice(Map.of());
    TimeCodeSchedule before = new TimeCodeSchedule(time(1), 0, false);
    TimeCodeSchedule after = new TimeCodeSchedule(time(9), 0, false);
    for (int i = 0; i < 12; i++) {
      device.bytes(MidiWriter.bytes(before.take()));
      device.nanos += 10 * MILLIS;
      if (i < 4) {
        after.take();
      }
    }
    device.signals.clear();
    device.mapping.lost(device.nanos);
    device.mapping.connected(true);
    for (int i = 0; i < 32; i++) {
      device.bytes(MidiWriter.bytes(after.take()));
      device.nanos += 10 * MILLIS;
    }
    assertThat(device.signals).isNotEmpty();
    assertThat(device.signals)
        .allMatch(each ->
            each.value() instanceof Value.Map(var map) && Value.of(9L).equals(map.get("m")));
  }

  private static TimeCode time(int minutes) {
    return new TimeCode(0, minutes, 0, 0, TimeCode.Rate.FPS_25);
  }

  @Test
  void touchesAreEventsIfSomebodyWantsThem() {
    MappedDevice in =
        new MappedDevice(Map.of("mpe", Value.of("auto"), "touches", Value.of("event")));
    in.bytes("B0 65 00 B0 64 06 B0 06 05 91 3C 64 D1 20 E1 00 60 92 40 10 81 3C 30 82 40 31");
    List<MappedSignal> touches =
        in.signals.stream().filter(each -> each.address().contains("mpe")).toList();
    assertThat(touches)
        .extracting(MappedSignal::type)
        .containsExactly(
            SignalType.EVENT,
            SignalType.STREAM,
            SignalType.STREAM,
            SignalType.EVENT,
            SignalType.EVENT,
            SignalType.EVENT);
    MappedDevice out = new MappedDevice(Map.of("mpe", Value.of("lower")));
    touches.forEach(out::send);
    assertThat(out.dropped).isEmpty();
    MappedDevice again =
        new MappedDevice(Map.of("mpe", Value.of("auto"), "touches", Value.of("event")));
    again.bytes(out.sent());
    List<MappedSignal> back =
        again.signals.stream().filter(each -> each.address().contains("mpe")).toList();
    assertThat(back).isEqualTo(touches);

    out.send(
        "/keys/mpe/lower/touch", Value.of(Map.of("id", Value.of(9L), "phase", Value.of("move"))));
    assertThat(out.dropped)
        .containsExactly("/keys/mpe/lower/touch: no touch with the id 9 has begun");
  }

  @Test
  void aRangeOfARuleScales() {
    MappedDevice device = new MappedDevice(Map.of());
    Map<String, Value> hints = Map.of("range", Value.of(List.of(Value.of(-1L), Value.of(1L))));
    device.send(new MappedSignal("/keys/ch/0/cc/7", SignalType.STREAM, Value.of(0.0), hints));
    device.send(new MappedSignal("/keys/ch/0/bend", SignalType.PARAM, Value.of(0.0), hints));
    device.send(new MappedSignal("/keys/ch/0/bend", SignalType.PARAM, Value.of(5.0), hints));
    assertThat(device.sentHex()).isEqualTo("B0 07 40 E0 00 40 E0 7F 7F");
    device.send(
        new MappedSignal(
            "/keys/ch/0/cc/7", SignalType.PARAM, Value.of(0L), Map.of("range", Value.of(1L))));
    assertThat(device.dropped)
        .containsExactly("/keys/ch/0/cc/7: the hint range has to be two numbers that differ");
  }

  @Test
  void pathsNameADeviceOrAll() {
    assertThat(MidiPath.of("/keys/ch/0/bend", List.of("keys")))
        .contains(new MidiPath(Optional.of("keys"), List.of("ch", "0", "bend")));
    assertThat(MidiPath.of("/ch/0/bend", List.of("keys")))
        .contains(new MidiPath(Optional.empty(), List.of("ch", "0", "bend")));
    assertThat(MidiPath.of("/ch/ch/0/bend", List.of("ch")))
        .contains(new MidiPath(Optional.of("ch"), List.of("ch", "0", "bend")));
    assertThat(MidiPath.of("/drums/ch/0/bend", List.of("keys"))).isEmpty();
    assertThat(MidiPath.of("/keys", List.of("keys"))).isEmpty();
  }

  @Test
  void settingsThatCannotBeAreToldAtOnce() {
    assertThatThrownBy(() -> new MappedDevice(Map.of("channels", Value.of("3-20"))))
        .isInstanceOf(BridgeException.class)
        .hasMessage("channels must be numbers from 0 to 15 such as 0-3,9, not 20");
    assertThatThrownBy(() -> new MappedDevice(Map.of("cc14", Value.of("32"))))
        .isInstanceOf(BridgeException.class);
    assertThatThrownBy(() -> new MappedDevice(Map.of("tempo", Value.of(1000.0))))
        .hasMessage("tempo must be from 5 to 999, not 1000.0");
  }

  /** A song with all a file can have, note on with velocity 0 aside. */
  private static StandardMidiFile song(Random random) {
    List<SmfEvent> track = new ArrayList<>();
    long tick = 0;
    track.add(SmfEvent.Meta.tempo(0, 500_000));
    for (int i = 0; i < 3000; i++) {
      tick += random.nextInt(40);
      int channel = random.nextInt(16);
      int one = random.nextInt(128);
      int two = random.nextInt(128);
      switch (random.nextInt(9)) {
        case 0 -> track.add(new SmfEvent.Channel(tick, new NoteOn(channel, one, 1 + two % 127)));
        case 1 -> track.add(new SmfEvent.Channel(tick, new NoteOff(channel, one, two)));
        case 2 ->
            track.add(new SmfEvent.Channel(tick, new MidiMessage.PolyPressure(channel, one, two)));
        case 3 -> track.add(new SmfEvent.Channel(tick, new ControlChange(channel, one % 96, two)));
        case 4 ->
            track.add(new SmfEvent.Channel(tick, new MidiMessage.ProgramChange(channel, one)));
        case 5 ->
            track.add(new SmfEvent.Channel(tick, new MidiMessage.ChannelPressure(channel, one)));
        case 6 ->
            track.add(
                new SmfEvent.Channel(
                    tick, new MidiMessage.PitchBend(channel, (one << 7 | two) - 8192)));
        case 7 -> {
          byte[] data = new byte[random.nextInt(60) + 2];
          random.nextBytes(data);
          for (int k = 0; k < data.length; k++) {
            data[k] &= 0x7F;
          }
          data[0] = 0x43;
          data[data.length - 1] = (byte) 0xF7;
          track.add(new SmfEvent.Raw(tick, false, data));
        }
        default -> {
          for (Voice message :
              Controllers.parameter(channel, ParameterKind.NRPN, one % 127 << 7 | two, two, true)) {
            track.add(new SmfEvent.Channel(tick, message));
          }
        }
      }
    }
    return new StandardMidiFile(0, 480, List.of(track));
  }

  @Test
  void aSongGoesThroughAsSignalsAndComesBackByteForByte() throws Exception {
    for (int seed = 0; seed < 10; seed++) {
      StandardMidiFile file = SmfReader.read(SmfWriter.write(song(new Random(seed)), true));
      for (Map<String, Value> settings :
          List.<Map<String, Value>>of(
              Map.of("rpn", Value.FALSE),
              Map.of("rpn", Value.TRUE, "rpn_null", Value.TRUE),
              Map.of("rpn", Value.FALSE, "channel_base", Value.of(1L), "normalize", Value.TRUE))) {
        MappedDevice in = new MappedDevice(settings);
        ByteArrayOutputStream played = new ByteArrayOutputStream();
        long start = in.nanos;
        for (SmfPlayer.Due due : SmfPlayer.schedule(file)) {
          in.pass(start + due.nanos() - in.nanos);
          in.bytes(due.bytes());
          played.writeBytes(due.bytes());
        }
        in.pass(1000 * MILLIS);
        MappedDevice out = new MappedDevice(settings);
        in.signals.forEach(out::send);
        assertThat(in.dropped).isEmpty();
        assertThat(out.dropped).isEmpty();
        assertThat(Arrays.mismatch(out.sent(), played.toByteArray()))
            .as("seed %d, %s", seed, settings)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void bytesWithoutSenseDoNothingButCount() {
    Random random = new Random(7);
    MappedDevice device = new MappedDevice(Map.of("rpn", Value.TRUE, "cc14", Value.of("0-31")));
    byte[] bytes = new byte[200_000];
    random.nextBytes(bytes);
    for (int at = 0; at < bytes.length; at += 100) {
      device.bytes(Arrays.copyOfRange(bytes, at, at + 100));
      device.pass(random.nextInt(10_000_000));
    }
    assertThat(device.messages).isEmpty();
    for (MappedSignal signal : device.signals) {
      assertThat(AddressRules.violation(signal.address())).isNull();
    }
  }

  @Test
  void anySignalIsSentOrRefused() {
    Random random = new Random(8);
    List<Value> values =
        List.of(
            Value.NULL,
            Value.TRUE,
            Value.of(Long.MIN_VALUE),
            Value.of(Long.MAX_VALUE),
            Value.of(Double.NaN),
            Value.of(Double.NEGATIVE_INFINITY),
            Value.of(1e300),
            Value.of(-0.5),
            Value.of(""),
            Value.of("x".repeat(1000)),
            Value.of(new byte[3]),
            Value.of(List.of(Value.NULL)),
            Value.of(Map.of("note", Value.of(1e9), "on", Value.NULL)),
            Value.of(Map.of("note", Value.of(60L), "velocity", Value.of("x"))),
            Value.of(Map.of("note", Value.of(60L), "on", Value.of("x"))),
            Value.of(Map.of("h", Value.of(99L), "rate", Value.of("x"))),
            Value.of(Map.of("cue", Value.of(List.of()), "time", Value.NULL)));
    List<String> words = new ArrayList<>(MidiPath.WORDS);
    words.addAll(List.of("0", "7", "60", "", "-1", "99999999999", "step", "go", "locate", "out"));
    MappedDevice device = new MappedDevice(Map.of());
    for (int i = 0; i < 50_000; i++) {
      StringBuilder path = new StringBuilder("/keys");
      for (int k = 0; k <= random.nextInt(4); k++) {
        path.append('/').append(words.get(random.nextInt(words.size())));
      }
      int sent = device.messages.size();
      int dropped = device.dropped.size();
      device.send(path.toString(), values.get(random.nextInt(values.size())));
      assertThat(device.messages.size() - sent + device.dropped.size() - dropped)
          .isLessThanOrEqualTo(400);
    }
    assertThat(device.dropped.stream().mapToInt(String::length).max().orElseThrow())
        .isLessThan(250);
  }
}
