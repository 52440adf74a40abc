package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.Common;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SongPosition;
import dev.clasp.midi.MidiMessage.SongSelect;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.MidiMessage.TuneRequest;
import dev.clasp.midi.MidiMessage.Voice;

/**
 * Messages as bytes. The static methods write one message; an object holds the bytes of a stream
 * until a port that is slow takes them. Real time messages overtake all others, also a system
 * exclusive message that has begun: at 31,250 baud a clock behind 1,000 bytes would be 0.3 s late.
 *
 * <p>Not thread-safe.
 */
public final class MidiWriter {

  /** Running status is interrupted now and then, for a receiver that missed the status. */
  private static final int RUN_LENGTH = 32;

  private static final int MAX_REAL_TIME = 64;

  private final boolean runningStatus;
  private final byte[] ring;
  private int head;
  private int size;
  private final byte[] urgent = new byte[MAX_REAL_TIME];
  private int urgentSize;
  private int status;
  private int run;

  /**
   * @param capacity bytes that may wait; a longer message is never taken
   * @param runningStatus leaves out a channel status that is the same as before
   */
  public MidiWriter(int capacity, boolean runningStatus) {
    Range.check("capacity", capacity, 3, 1 << 24);
    this.ring = new byte[capacity];
    this.runningStatus = runningStatus;
  }

  // --- one message -------------------------------------------------------------------------------

  /** How many bytes a message has, with its status. */
  public static int length(MidiMessage message) {
    return switch (message) {
      case Voice voice -> voice.data2() < 0 ? 2 : 3;
      case SysEx sysEx -> sysEx.length() + 2;
      case TimeCodeQuarter _, SongSelect _ -> 2;
      case SongPosition _ -> 3;
      case TuneRequest _, RealTime _ -> 1;
    };
  }

  public static byte[] bytes(MidiMessage message) {
    byte[] bytes = new byte[length(message)];
    write(message, bytes, 0);
    return bytes;
  }

  /**
   * Writes a message with its status.
   *
   * @return where the next one begins
   */
  public static int write(MidiMessage message, byte[] out, int at) {
    switch (message) {
      case Voice voice -> {
        out[at] = (byte) voice.status();
        out[at + 1] = (byte) voice.data1();
        if (voice.data2() >= 0) {
          out[at + 2] = (byte) voice.data2();
        }
      }
      case SysEx sysEx -> {
        out[at] = (byte) 0xF0;
        sysEx.copyTo(out, at + 1);
        out[at + 1 + sysEx.length()] = (byte) 0xF7;
      }
      case TimeCodeQuarter(int piece, int nibble) -> {
        out[at] = (byte) 0xF1;
        out[at + 1] = (byte) (piece << 4 | nibble);
      }
      case SongPosition(int sixteenths) -> {
        out[at] = (byte) 0xF2;
        out[at + 1] = (byte) (sixteenths & 0x7F);
        out[at + 2] = (byte) (sixteenths >> 7);
      }
      case SongSelect(int song) -> {
        out[at] = (byte) 0xF3;
        out[at + 1] = (byte) song;
      }
      case TuneRequest _ -> out[at] = (byte) 0xF6;
      case RealTime realTime -> out[at] = (byte) realTime.status();
    }
    return at + length(message);
  }

  // --- a stream ----------------------------------------------------------------------------------

  /**
   * Adds a message.
   *
   * @return false if there is no room for it; nothing has changed then
   */
  public boolean put(MidiMessage message) {
    return switch (message) {
      case RealTime realTime -> {
        if (urgentSize == urgent.length) {
          yield false;
        }
        urgent[urgentSize++] = (byte) realTime.status();
        yield true;
      }
      case Voice voice -> {
        boolean same = runningStatus && voice.status() == status && run < RUN_LENGTH;
        if (length(voice) - (same ? 1 : 0) > room()) {
          yield false;
        }
        if (!same) {
          add(voice.status());
          status = voice.status();
          run = 0;
        }
        run++;
        add(voice.data1());
        if (voice.data2() >= 0) {
          add(voice.data2());
        }
        yield true;
      }
      case Common common -> {
        if (length(common) > room()) {
          yield false;
        }
        status = 0;
        for (byte b : bytes(common)) {
          add(b);
        }
        yield true;
      }
    };
  }

  /**
   * Takes bytes for the port.
   *
   * @return how many, 0 if there are none
   */
  public int take(byte[] out, int offset, int most) {
    int taken = Math.min(most, urgentSize);
    System.arraycopy(urgent, 0, out, offset, taken);
    urgentSize -= taken;
    System.arraycopy(urgent, taken, urgent, 0, urgentSize);
    while (taken < most && size > 0) {
      out[offset + taken++] = ring[head];
      head = head + 1 == ring.length ? 0 : head + 1;
      size--;
    }
    return taken;
  }

  /** Bytes that wait. */
  public int pending() {
    return size + urgentSize;
  }

  /** Bytes there is room for. */
  public int room() {
    return ring.length - size;
  }

  /** Forgets what waits, and the running status: the port was closed. */
  public void reset() {
    size = 0;
    urgentSize = 0;
    status = 0;
  }

  private void add(int b) {
    int at = head + size;
    ring[at < ring.length ? at : at - ring.length] = (byte) b;
    size++;
  }
}
