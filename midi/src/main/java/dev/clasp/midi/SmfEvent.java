package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.Voice;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Something in a track of a Standard MIDI File.
 *
 * <p>Ticks are counted from the beginning of the track.
 */
public sealed interface SmfEvent {

  /** Ticks since the beginning, 0 to 2^31 - 1. */
  long tick();

  /** A channel message. */
  record Channel(long tick, Voice message) implements SmfEvent {
    public Channel {
      checkTick(tick);
    }
  }

  /**
   * System exclusive, whole or a part of one that goes on, and anything else with {@code F7}.
   *
   * @param escape with F7 in front: the bytes are sent as they are. Otherwise F0 stands in front,
   *     and belongs to the message
   * @param data behind F0 or F7; a whole message ends with F7. Copied in and out
   */
  record Raw(long tick, boolean escape, byte[] data) implements SmfEvent {
    public Raw {
      checkTick(tick);
      data = data.clone();
    }

    @Override
    public byte[] data() {
      return data.clone();
    }

    /** What is sent. */
    public byte[] bytes() {
      if (escape) {
        return data.clone();
      }
      byte[] bytes = new byte[data.length + 1];
      bytes[0] = (byte) 0xF0;
      System.arraycopy(data, 0, bytes, 1, data.length);
      return bytes;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Raw other
          && tick == other.tick
          && escape == other.escape
          && Arrays.equals(data, other.data);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(tick) * 31 + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
      return "Raw[" + tick + ", " + (escape ? "F7" : "F0") + ", " + data.length + " bytes]";
    }
  }

  /**
   * What is not sent: names, tempo, the end of the track.
   *
   * @param type 0 to 127
   * @param data copied in and out
   */
  record Meta(long tick, int type, byte[] data) implements SmfEvent {

    public static final int SEQUENCE_NUMBER = 0x00;
    public static final int TEXT = 0x01;
    public static final int TRACK_NAME = 0x03;
    public static final int MARKER = 0x06;
    public static final int CUE_POINT = 0x07;
    public static final int END_OF_TRACK = 0x2F;
    public static final int TEMPO = 0x51;
    public static final int SMPTE_OFFSET = 0x54;
    public static final int TIME_SIGNATURE = 0x58;
    public static final int KEY_SIGNATURE = 0x59;

    public Meta {
      checkTick(tick);
      Range.data("type of a meta event", type);
      data = data.clone();
    }

    /**
     * A tempo.
     *
     * @param microsPerQuarter 1 to 16777215
     */
    public static Meta tempo(long tick, int microsPerQuarter) {
      Range.check("microseconds of a quarter note", microsPerQuarter, 1, 0xFFFFFF);
      return new Meta(
          tick,
          TEMPO,
          new byte[] {
            (byte) (microsPerQuarter >> 16), (byte) (microsPerQuarter >> 8), (byte) microsPerQuarter
          });
    }

    public static Meta endOfTrack(long tick) {
      return new Meta(tick, END_OF_TRACK, new byte[0]);
    }

    /** Microseconds of a quarter note; 0 if this is no tempo. */
    public int microsPerQuarter() {
      return type == TEMPO && data.length == 3
          ? (data[0] & 0xFF) << 16 | (data[1] & 0xFF) << 8 | data[2] & 0xFF
          : 0;
    }

    @Override
    public byte[] data() {
      return data.clone();
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Meta other
          && tick == other.tick
          && type == other.type
          && Arrays.equals(data, other.data);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(tick) * 31 + type + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
      String shown = data.length <= 16 ? HexFormat.of().formatHex(data) : data.length + " bytes";
      return "Meta[" + tick + ", " + Integer.toHexString(type) + ", " + shown + "]";
    }
  }

  private static void checkTick(long tick) {
    if (tick < 0 || tick > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a tick must be from 0 to 2147483647, not " + tick);
    }
  }
}
