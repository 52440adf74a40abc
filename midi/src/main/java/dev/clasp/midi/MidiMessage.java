package dev.clasp.midi;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A MIDI 1.0 message (MIDI 1.0 Detailed Specification, MMA 96-1). Channels are 0 to 15, data 0 to
 * 127. Immutable. Constructors throw {@link IllegalArgumentException} for what is out of range.
 */
public sealed interface MidiMessage {

  /** For one of the sixteen channels; may be sent with running status. */
  sealed interface Voice extends MidiMessage {

    /** 0 to 15. */
    int channel();

    /** First byte, 0x80 to 0xEF. */
    int status();

    /** Second byte, 0 to 127. */
    int data1();

    /** Third byte; -1 for the two messages that have none. */
    int data2();

    /** The same for another channel. */
    Voice onChannel(int channel);
  }

  /** For all of a device: everything from 0xF0 on that is not real time. Ends running status. */
  sealed interface Common extends MidiMessage {}

  /** {@code 8n}. */
  record NoteOff(int channel, int note, int velocity) implements Voice {
    public NoteOff {
      Range.channel(channel);
      Range.data("note", note);
      Range.data("velocity", velocity);
    }

    @Override
    public int status() {
      return 0x80 | channel;
    }

    @Override
    public int data1() {
      return note;
    }

    @Override
    public int data2() {
      return velocity;
    }

    @Override
    public NoteOff onChannel(int other) {
      return new NoteOff(other, note, velocity);
    }
  }

  /** {@code 9n}. With velocity 0 it ends a note, as devices do that use running status. */
  record NoteOn(int channel, int note, int velocity) implements Voice {
    public NoteOn {
      Range.channel(channel);
      Range.data("note", note);
      Range.data("velocity", velocity);
    }

    @Override
    public int status() {
      return 0x90 | channel;
    }

    @Override
    public int data1() {
      return note;
    }

    @Override
    public int data2() {
      return velocity;
    }

    @Override
    public NoteOn onChannel(int other) {
      return new NoteOn(other, note, velocity);
    }
  }

  /** {@code An}: pressure on one key. */
  record PolyPressure(int channel, int note, int pressure) implements Voice {
    public PolyPressure {
      Range.channel(channel);
      Range.data("note", note);
      Range.data("pressure", pressure);
    }

    @Override
    public int status() {
      return 0xA0 | channel;
    }

    @Override
    public int data1() {
      return note;
    }

    @Override
    public int data2() {
      return pressure;
    }

    @Override
    public PolyPressure onChannel(int other) {
      return new PolyPressure(other, note, pressure);
    }
  }

  /** {@code Bn}. Controllers 120 to 127 are channel mode messages. */
  record ControlChange(int channel, int controller, int value) implements Voice {
    public ControlChange {
      Range.channel(channel);
      Range.data("controller", controller);
      Range.data("value", value);
    }

    @Override
    public int status() {
      return 0xB0 | channel;
    }

    @Override
    public int data1() {
      return controller;
    }

    @Override
    public int data2() {
      return value;
    }

    @Override
    public ControlChange onChannel(int other) {
      return new ControlChange(other, controller, value);
    }
  }

  /** {@code Cn}. */
  record ProgramChange(int channel, int program) implements Voice {
    public ProgramChange {
      Range.channel(channel);
      Range.data("program", program);
    }

    @Override
    public int status() {
      return 0xC0 | channel;
    }

    @Override
    public int data1() {
      return program;
    }

    @Override
    public int data2() {
      return -1;
    }

    @Override
    public ProgramChange onChannel(int other) {
      return new ProgramChange(other, program);
    }
  }

  /** {@code Dn}: pressure on the keyboard as a whole. */
  record ChannelPressure(int channel, int pressure) implements Voice {
    public ChannelPressure {
      Range.channel(channel);
      Range.data("pressure", pressure);
    }

    @Override
    public int status() {
      return 0xD0 | channel;
    }

    @Override
    public int data1() {
      return pressure;
    }

    @Override
    public int data2() {
      return -1;
    }

    @Override
    public ChannelPressure onChannel(int other) {
      return new ChannelPressure(other, pressure);
    }
  }

  /**
   * {@code En}.
   *
   * @param value -8192 to 8191, 0 at rest
   */
  record PitchBend(int channel, int value) implements Voice {
    public PitchBend {
      Range.channel(channel);
      Range.check("bend", value, -8192, 8191);
    }

    @Override
    public int status() {
      return 0xE0 | channel;
    }

    @Override
    public int data1() {
      return value + 8192 & 0x7F;
    }

    @Override
    public int data2() {
      return value + 8192 >> 7;
    }

    @Override
    public PitchBend onChannel(int other) {
      return new PitchBend(other, value);
    }
  }

  /**
   * {@code F0 ... F7}.
   *
   * @param data what is between the two, each 0 to 127; copied in and out
   */
  record SysEx(byte[] data) implements Common {
    public SysEx {
      data = data.clone();
      for (int i = 0; i < data.length; i++) {
        if (data[i] < 0) {
          throw new IllegalArgumentException(
              "a system exclusive message has data from 0 to 127, not "
                  + (data[i] & 0xFF)
                  + " at "
                  + i);
        }
      }
    }

    /** From bytes with or without the F0 in front and the F7 at the end. */
    public static SysEx of(byte[] bytes) {
      int from = bytes.length > 0 && bytes[0] == (byte) 0xF0 ? 1 : 0;
      int to =
          bytes.length > from && bytes[bytes.length - 1] == (byte) 0xF7
              ? bytes.length - 1
              : bytes.length;
      return new SysEx(Arrays.copyOfRange(bytes, from, to));
    }

    @Override
    public byte[] data() {
      return data.clone();
    }

    /** With F0 and F7. */
    public byte[] framed() {
      byte[] framed = new byte[data.length + 2];
      framed[0] = (byte) 0xF0;
      System.arraycopy(data, 0, framed, 1, data.length);
      framed[framed.length - 1] = (byte) 0xF7;
      return framed;
    }

    /** Bytes between F0 and F7. */
    public int length() {
      return data.length;
    }

    /** The byte at a place between F0 and F7, 0 to 127; -1 if there is none. */
    public int at(int index) {
      return index >= 0 && index < data.length ? data[index] : -1;
    }

    /** Copies without an array in between. */
    public void copyTo(byte[] out, int offset) {
      System.arraycopy(data, 0, out, offset, data.length);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof SysEx other && Arrays.equals(data, other.data);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(data);
    }

    @Override
    public String toString() {
      return data.length <= 32
          ? "SysEx[" + HexFormat.of().formatHex(data) + "]"
          : "SysEx[" + data.length + " bytes]";
    }
  }

  /**
   * {@code F1}: one eighth of a time code.
   *
   * @param piece 0 to 7
   * @param nibble 0 to 15
   */
  record TimeCodeQuarter(int piece, int nibble) implements Common {
    public TimeCodeQuarter {
      Range.check("piece", piece, 0, 7);
      Range.check("nibble", nibble, 0, 15);
    }
  }

  /**
   * {@code F2}.
   *
   * @param sixteenths since the beginning of the song, 0 to 16383; six clocks each
   */
  record SongPosition(int sixteenths) implements Common {
    public SongPosition {
      Range.check("song position", sixteenths, 0, 16_383);
    }
  }

  /** {@code F3}. */
  record SongSelect(int song) implements Common {
    public SongSelect {
      Range.data("song", song);
    }
  }

  /** {@code F6}: oscillators shall tune themselves. */
  record TuneRequest() implements Common {
    /** There is only one. */
    public static final TuneRequest TUNE_REQUEST = new TuneRequest();
  }

  /** One byte that may come anywhere, also within other messages. */
  enum RealTime implements MidiMessage {
    /** 24 per quarter note. */
    CLOCK(0xF8),
    START(0xFA),
    CONTINUE(0xFB),
    STOP(0xFC),
    /** Comes at least every 300 ms from devices that send it at all. */
    ACTIVE_SENSING(0xFE),
    RESET(0xFF);

    private final int status;

    RealTime(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }

    /** Empty for 0xF9, 0xFD and what is no real time. */
    public static Optional<RealTime> of(int status) {
      return switch (status) {
        case 0xF8 -> Optional.of(CLOCK);
        case 0xFA -> Optional.of(START);
        case 0xFB -> Optional.of(CONTINUE);
        case 0xFC -> Optional.of(STOP);
        case 0xFE -> Optional.of(ACTIVE_SENSING);
        case 0xFF -> Optional.of(RESET);
        default -> Optional.empty();
      };
    }
  }

  /**
   * Everything but system exclusive, of its bytes; only the low seven bits of data count.
   *
   * @param status 0x80 to 0xFF
   * @param data1 of no meaning if the message has none
   * @return empty for what is undefined, for 0xF0 and 0xF7
   */
  static Optional<MidiMessage> of(int status, int data1, int data2) {
    int one = data1 & 0x7F;
    int two = data2 & 0x7F;
    int channel = status & 0x0F;
    return switch (status >> 4) {
      case 0x8 -> Optional.of(new NoteOff(channel, one, two));
      case 0x9 -> Optional.of(new NoteOn(channel, one, two));
      case 0xA -> Optional.of(new PolyPressure(channel, one, two));
      case 0xB -> Optional.of(new ControlChange(channel, one, two));
      case 0xC -> Optional.of(new ProgramChange(channel, one));
      case 0xD -> Optional.of(new ChannelPressure(channel, one));
      case 0xE -> Optional.of(new PitchBend(channel, (two << 7 | one) - 8192));
      case 0xF ->
          switch (status) {
            case 0xF1 -> Optional.of(new TimeCodeQuarter(one >> 4, one & 0x0F));
            case 0xF2 -> Optional.of(new SongPosition(two << 7 | one));
            case 0xF3 -> Optional.of(new SongSelect(one));
            case 0xF6 -> Optional.of(TuneRequest.TUNE_REQUEST);
            default -> RealTime.of(status).map(each -> each);
          };
      default -> Optional.empty();
    };
  }

  /**
   * Data bytes that follow a status byte.
   *
   * @return 0, 1 or 2; -1 for 0xF0, and for what is undefined or no status
   */
  static int dataBytes(int status) {
    return switch (status >> 4) {
      case 0x8, 0x9, 0xA, 0xB, 0xE -> 2;
      case 0xC, 0xD -> 1;
      case 0xF ->
          switch (status) {
            case 0xF1, 0xF3 -> 1;
            case 0xF2 -> 2;
            case 0xF6, 0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF -> 0;
            default -> -1;
          };
      default -> -1;
    };
  }
}
