package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * What a journal says of all channels together (RFC 6295 appendix B): chapter D, without commands
 * that MIDI does not define, and chapter Q. Active sensing (V), time code (F) and SysEx (X) are
 * stepped over: the first two say the same again soon, and SysEx cannot be made again here.
 *
 * @param resets how many there were; the numbers begin again behind 127
 * @param tunes requests to tune, likewise
 * @param song the one selected last
 */
public record JournalSystem(
    boolean old,
    Optional<Integer> resets,
    Optional<Integer> tunes,
    Optional<Integer> song,
    Optional<Sequencer> sequencer) {

  /**
   * Chapter Q.
   *
   * @param running started or continued, and not stopped since
   * @param begun a clock has come since
   * @param clocks since the beginning of the song, 0 to 2^19 - 1
   */
  public record Sequencer(boolean old, boolean running, boolean begun, int clocks) {

    static final int MASK = (1 << 19) - 1;
  }

  private static final int SIMPLE = 0x40;
  private static final int SENSING = 0x20;
  private static final int SEQUENCER = 0x10;
  private static final int HEAD = 2;

  static JournalSystem read(RtpBytes from) throws RtpMidiException {
    int head = from.u16();
    RtpBytes in = from.part((head & 0x3FF) - HEAD);
    int chapters = head >> 8;
    Optional<Integer> resets = Optional.empty();
    Optional<Integer> tunes = Optional.empty();
    Optional<Integer> song = Optional.empty();
    if ((chapters & SIMPLE) != 0) {
      int parts = in.u8();
      resets = field(in, parts & 0x40);
      tunes = field(in, parts & 0x20);
      song = field(in, parts & 0x10);
      for (int common = 0x08; common >= 0x04; common >>= 1) {
        if ((parts & common) != 0) {
          in.skip((in.u16() & 0x3FF) - 2);
        }
      }
      for (int real = 0x02; real >= 0x01; real >>= 1) {
        if ((parts & real) != 0) {
          in.skip((in.u8() & 0x1F) - 1);
        }
      }
    }
    if ((chapters & SENSING) != 0) {
      in.skip(1);
    }
    Optional<Sequencer> sequencer =
        (chapters & SEQUENCER) == 0 ? Optional.empty() : Optional.of(sequencer(in));
    return new JournalSystem((chapters & 0x80) != 0, resets, tunes, song, sequencer);
  }

  private static Optional<Integer> field(RtpBytes in, int present) throws RtpMidiException {
    return present == 0 ? Optional.empty() : Optional.of(in.u8() & 0x7F);
  }

  private static Sequencer sequencer(RtpBytes in) throws RtpMidiException {
    int flags = in.u8();
    int clocks = (flags & 0x10) == 0 ? 0 : (flags & 0x07) << 16 | in.u16();
    if ((flags & 0x08) != 0) {
      in.skip(3);
    }
    return new Sequencer((flags & 0x80) != 0, (flags & 0x40) != 0, (flags & 0x20) != 0, clocks);
  }

  byte[] write() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int chapters = old ? 0x80 : 0;
    if (resets.isPresent() || tunes.isPresent() || song.isPresent()) {
      chapters |= SIMPLE;
      body.write(
          (old ? 0x80 : 0)
              | (resets.isPresent() ? 0x40 : 0)
              | (tunes.isPresent() ? 0x20 : 0)
              | (song.isPresent() ? 0x10 : 0));
      int mark = old ? 0x80 : 0;
      resets.ifPresent(value -> body.write(mark | value));
      tunes.ifPresent(value -> body.write(mark | value));
      song.ifPresent(value -> body.write(mark | value));
    }
    if (sequencer.isPresent()) {
      chapters |= SEQUENCER;
      Sequencer state = sequencer.get();
      body.write(
          (state.old() ? 0x80 : 0)
              | (state.running() ? 0x40 : 0)
              | (state.begun() ? 0x20 : 0)
              | (state.clocks() > 0 ? 0x10 | state.clocks() >> 16 : 0));
      if (state.clocks() > 0) {
        RtpMidiPacket.u16(body, state.clocks());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RtpMidiPacket.u16(out, chapters << 8 | body.size() + HEAD);
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }
}
