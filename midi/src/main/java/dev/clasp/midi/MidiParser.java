package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.SysEx;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A stream of MIDI 1.0 bytes as messages: one state machine, a byte at a time, so that a message
 * may come in any number of pieces.
 *
 * <ul>
 *   <li>A channel status counts until another one or a system common message comes (running
 *       status).
 *   <li>Real time bytes are messages of their own wherever they come, and disturb nothing; the
 *       undefined F9 and FD are left out.
 *   <li>Any other status ends what is not complete, system exclusive too. The undefined F4 and F5
 *       do so and are left out.
 *   <li>Data bytes without a status are counted.
 * </ul>
 *
 * <p>Memory is bounded by the longest system exclusive message it takes. Not thread-safe.
 */
public final class MidiParser {

  /** So that it fits a CLASP value with F0 and F7 (wire.md 4.2). */
  public static final int DEFAULT_MAX_SYSEX = 65_533;

  private static final int FIRST_SIZE = 128;
  private static final int SYSEX = 0xF0;

  private final MidiSink sink;
  private final int maxSysEx;

  /** What data bytes belong to: a channel or common status, {@link #SYSEX}, 0 for nothing. */
  private int status;

  /** First data byte of two; -1 if there is none yet. */
  private int first = -1;

  private byte[] sysEx = new byte[FIRST_SIZE];

  /** Data bytes of the system exclusive message so far, also those that are not kept. */
  private long sysExLength;

  private boolean strayRun;
  private long strayBytes;
  private long undefinedBytes;
  private long droppedMessages;

  public MidiParser(MidiSink sink) {
    this(sink, DEFAULT_MAX_SYSEX);
  }

  /**
   * @param maxSysEx data bytes of the longest system exclusive message, without F0 and F7
   */
  public MidiParser(MidiSink sink, int maxSysEx) {
    Range.check("max_sysex", maxSysEx, 1, 1 << 24);
    this.sink = sink;
    this.maxSysEx = maxSysEx;
  }

  /** Takes the next bytes of the stream. */
  public void feed(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      feed(bytes[i]);
    }
  }

  public void feed(byte[] bytes) {
    feed(bytes, 0, bytes.length);
  }

  /** Takes the next byte of the stream. */
  public void feed(byte next) {
    int b = next & 0xFF;
    if (b < 0x80) {
      data(b);
    } else if (b >= 0xF8) {
      Optional<MidiMessage.RealTime> realTime = MidiMessage.RealTime.of(b);
      if (realTime.isPresent()) {
        sink.message(realTime.get());
      } else {
        undefinedBytes++;
      }
    } else if (b == 0xF7) {
      endOfSysEx();
    } else {
      interrupt(b);
      start(b);
    }
  }

  private void start(int b) {
    strayRun = false;
    first = -1;
    switch (MidiMessage.dataBytes(b)) {
      case 0 -> {
        status = 0;
        MidiMessage.of(b, 0, 0).ifPresent(sink::message);
      }
      case 1, 2 -> status = b;
      default -> {
        if (b == SYSEX) {
          status = SYSEX;
          sysExLength = 0;
        } else {
          undefinedBytes++;
          status = 0;
        }
      }
    }
  }

  private void data(int b) {
    switch (status) {
      case 0 -> stray();
      case SYSEX -> {
        if (sysExLength < maxSysEx) {
          if (sysExLength == sysEx.length) {
            sysEx = Arrays.copyOf(sysEx, Math.min(maxSysEx, 2 * sysEx.length));
          }
          sysEx[(int) sysExLength] = (byte) b;
        }
        sysExLength++;
      }
      default -> {
        if (first < 0 && MidiMessage.dataBytes(status) == 2) {
          first = b;
          return;
        }
        Optional<MidiMessage> message =
            first < 0 ? MidiMessage.of(status, b, 0) : MidiMessage.of(status, first, b);
        first = -1;
        if (status >= SYSEX) {
          status = 0;
        }
        message.ifPresent(sink::message);
      }
    }
  }

  private void stray() {
    strayBytes++;
    if (!strayRun) {
      strayRun = true;
      sink.dropped("data bytes without a status");
    }
  }

  private void endOfSysEx() {
    if (status != SYSEX) {
      interrupt(0xF7);
      strayBytes++;
      status = 0;
      first = -1;
      return;
    }
    status = 0;
    if (sysExLength > maxSysEx) {
      drop(
          "a system exclusive message of "
              + sysExLength
              + " bytes, more than the "
              + maxSysEx
              + " that are taken");
    } else {
      sink.message(new SysEx(Arrays.copyOf(sysEx, (int) sysExLength)));
    }
    shrink();
  }

  private void interrupt(int by) {
    if (status == SYSEX) {
      drop(
          "a system exclusive message that ends after "
              + sysExLength
              + " bytes with "
              + Integer.toHexString(by).toUpperCase(Locale.ROOT)
              + " instead of F7");
      shrink();
    } else if (first >= 0) {
      drop("a message that ends after its first data byte");
    }
  }

  /** A port that got one long message must not hold its memory for ever. */
  private void shrink() {
    sysExLength = 0;
    if (sysEx.length > 4096) {
      sysEx = new byte[FIRST_SIZE];
    }
  }

  private void drop(String why) {
    droppedMessages++;
    sink.dropped(why);
  }

  /** The stream begins anew: a port was closed, or bytes were lost. */
  public void reset() {
    status = 0;
    first = -1;
    strayRun = false;
    shrink();
  }

  /** Whether a system exclusive message has begun and not ended. */
  public boolean withinSysEx() {
    return status == SYSEX;
  }

  /** The channel status that data bytes without one would get; 0 if there is none. */
  public int runningStatus() {
    return status < SYSEX ? status : 0;
  }

  /** Data bytes without a status, and F7 without F0. */
  public long strayBytes() {
    return strayBytes;
  }

  /** F4, F5, F9, FD. */
  public long undefinedBytes() {
    return undefinedBytes;
  }

  /** Messages that were cut off or too long. */
  public long droppedMessages() {
    return droppedMessages;
  }

  /** The message that bytes are, alone and complete. */
  public static Optional<MidiMessage> parse(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    int status = bytes[0] & 0xFF;
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] < 0 && !(status == SYSEX && i == bytes.length - 1 && bytes[i] == (byte) 0xF7)) {
        return Optional.empty();
      }
    }
    if (status == SYSEX) {
      return bytes.length > 1 && bytes[bytes.length - 1] == (byte) 0xF7
          ? Optional.of(SysEx.of(bytes))
          : Optional.empty();
    }
    return MidiMessage.dataBytes(status) == bytes.length - 1
        ? MidiMessage.of(status, bytes.length > 1 ? bytes[1] : 0, bytes.length > 2 ? bytes[2] : 0)
        : Optional.empty();
  }
}
