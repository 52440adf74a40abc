package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.PolyPressure;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SongPosition;
import dev.clasp.midi.MidiMessage.SongSelect;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.MidiMessage.TuneRequest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Messages for tests. */
final class Messages implements MidiSink {

  final List<MidiMessage> messages = new ArrayList<>();
  final List<String> dropped = new ArrayList<>();

  @Override
  public void message(MidiMessage message) {
    messages.add(message);
  }

  @Override
  public void dropped(String why) {
    dropped.add(why);
  }

  static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }

  static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
  }

  static byte[] data(Random random, int length) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) random.nextInt(128);
    }
    return data;
  }

  /** Any message; channel messages come in runs of the same status. */
  static List<MidiMessage> random(Random random, int count) {
    List<MidiMessage> messages = new ArrayList<>();
    while (messages.size() < count) {
      int channel = random.nextInt(16);
      int kind = random.nextInt(14);
      int times = kind < 7 ? 1 + random.nextInt(40) : 1;
      for (int i = 0; i < times; i++) {
        messages.add(message(random, channel, kind));
      }
    }
    return messages;
  }

  private static MidiMessage message(Random random, int channel, int kind) {
    int one = random.nextInt(128);
    int two = random.nextInt(128);
    return switch (kind) {
      case 0 -> new NoteOff(channel, one, two);
      case 1 -> new NoteOn(channel, one, two);
      case 2 -> new PolyPressure(channel, one, two);
      case 3 -> new ControlChange(channel, one, two);
      case 4 -> new ProgramChange(channel, one);
      case 5 -> new ChannelPressure(channel, one);
      case 6 -> new PitchBend(channel, random.nextInt(16_384) - 8192);
      case 7 -> new SysEx(data(random, random.nextInt(300)));
      case 8 -> new TimeCodeQuarter(one & 7, two & 15);
      case 9 -> new SongPosition(random.nextInt(16_384));
      case 10 -> new SongSelect(one);
      case 11 -> TuneRequest.TUNE_REQUEST;
      default -> RealTime.values()[random.nextInt(RealTime.values().length)];
    };
  }
}
