package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.SysEx;
import java.util.Locale;
import java.util.Optional;

/**
 * A time of SMPTE time code, as MIDI time code carries it.
 *
 * @param hours 0 to 23
 * @param frames below the frames of the rate; at 30 drop frame the first two of a minute do not
 *     exist, but for every tenth minute
 */
public record TimeCode(int hours, int minutes, int seconds, int frames, Rate rate) {

  /** Frames in a second. */
  public enum Rate {
    FPS_24(24),
    FPS_25(25),
    /** 29.97 frames in a second of the clock on the wall; counts to 30 and leaves out numbers. */
    FPS_30_DROP(30),
    FPS_30(30);

    private final int frames;

    Rate(int frames) {
      this.frames = frames;
    }

    /** Numbers in a second. */
    public int frames() {
      return frames;
    }

    /** As people write it: 24, 25, 29.97, 30. */
    public double framesPerSecond() {
      return this == FPS_30_DROP ? 29.97 : frames;
    }

    /** Exact length of a frame. */
    public double frameNanos() {
      return this == FPS_30_DROP ? 1e9 * 1001 / 30_000 : 1e9 / frames;
    }

    /** The one with a number of frames, such as 29.97. */
    public static Optional<Rate> of(double framesPerSecond) {
      for (Rate rate : values()) {
        if (Math.abs(rate.framesPerSecond() - framesPerSecond) < 0.01) {
          return Optional.of(rate);
        }
      }
      return Optional.empty();
    }
  }

  public TimeCode {
    Range.check("hours", hours, 0, 23);
    Range.check("minutes", minutes, 0, 59);
    Range.check("seconds", seconds, 0, 59);
    Range.check("frames", frames, 0, rate.frames() - 1);
    if (rate == Rate.FPS_30_DROP && frames < 2 && seconds == 0 && minutes % 10 != 0) {
      throw new IllegalArgumentException(
          "drop-frame time code has no frame " + frames + " in minute " + minutes + ", second 0");
    }
  }

  /** Frames in a day. */
  public static long day(Rate rate) {
    return rate == Rate.FPS_30_DROP ? 24L * 6 * 17_982 : 24L * 3600 * rate.frames();
  }

  /** Frames since midnight. */
  public long frameNumber() {
    long minute = hours * 60L + minutes;
    long number = (minute * 60 + seconds) * rate.frames() + frames;
    return rate == Rate.FPS_30_DROP ? number - 2 * (minute - minute / 10) : number;
  }

  /** The time of a frame since midnight; after a day it begins again. */
  public static TimeCode of(long frameNumber, Rate rate) {
    long number = Math.floorMod(frameNumber, day(rate));
    if (rate == Rate.FPS_30_DROP) {
      long ten = number / 17_982;
      long rest = number % 17_982;
      // The first minute of ten has 1800 frames, the others 1798.
      number += 18 * ten + (rest < 1800 ? 0 : 2 * (1 + (rest - 1800) / 1798));
    }
    int frames = rate.frames();
    long seconds = number / frames;
    return new TimeCode(
        (int) (seconds / 3600),
        (int) (seconds / 60 % 60),
        (int) (seconds % 60),
        (int) (number % frames),
        rate);
  }

  public TimeCode plus(long more) {
    return of(frameNumber() + more, rate);
  }

  /** Time since midnight on the clock on the wall. */
  public long nanos() {
    return Math.round(frameNumber() * rate.frameNanos());
  }

  // --- bytes -------------------------------------------------------------------------------------

  /** Eighth of it that a quarter frame message carries (MTC, RP-004/008). */
  MidiMessage.TimeCodeQuarter quarter(int piece) {
    int nibble =
        switch (piece) {
          case 0 -> frames & 0x0F;
          case 1 -> frames >> 4;
          case 2 -> seconds & 0x0F;
          case 3 -> seconds >> 4;
          case 4 -> minutes & 0x0F;
          case 5 -> minutes >> 4;
          case 6 -> hours & 0x0F;
          default -> rate.ordinal() << 1 | hours >> 4;
        };
    return new MidiMessage.TimeCodeQuarter(piece, nibble);
  }

  /** From its four bytes; empty if that is no time. Rate and hours are in the first. */
  static Optional<TimeCode> ofBytes(int hourAndRate, int minutes, int seconds, int frames) {
    try {
      Rate rate = Rate.values()[hourAndRate >> 5 & 3];
      return Optional.of(new TimeCode(hourAndRate & 0x1F, minutes, seconds, frames, rate));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  int hourAndRate() {
    return rate.ordinal() << 5 | hours;
  }

  /**
   * A full frame message, which says where a machine is that does not run.
   *
   * @param device 0 to 127; 127 is for all
   */
  public SysEx fullFrame(int device) {
    Range.data("device", device);
    return new SysEx(
        new byte[] {
          0x7F,
          (byte) device,
          1,
          1,
          (byte) hourAndRate(),
          (byte) minutes,
          (byte) seconds,
          (byte) frames
        });
  }

  /** The time of a full frame message; empty for any other message. */
  public static Optional<TimeCode> ofFullFrame(SysEx message) {
    return message.length() == 8
            && message.at(0) == 0x7F
            && message.at(2) == 1
            && message.at(3) == 1
        ? ofBytes(message.at(4), message.at(5), message.at(6), message.at(7))
        : Optional.empty();
  }

  /** As {@code 01:02:03:04}, drop frame with a semicolon before the frames. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%02d:%02d:%02d%s%02d",
        hours,
        minutes,
        seconds,
        rate == Rate.FPS_30_DROP ? ";" : ":",
        frames);
  }
}
