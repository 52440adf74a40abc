package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes Standard MIDI Files. */
public final class SmfWriter {

  /** Largest number of four bytes of seven bits. */
  private static final long MAX_VARIABLE = 0x0FFF_FFFF;

  private SmfWriter() {}

  /**
   * Writes a file. A track that has no end gets one.
   *
   * @param runningStatus leaves out what is the same as before
   * @throws IllegalArgumentException two events are more than 2^28 - 1 ticks apart
   */
  public static byte[] write(StandardMidiFile file, boolean runningStatus) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    chunk(
        out,
        "MThd",
        new byte[] {
          0,
          (byte) file.format(),
          (byte) (file.tracks().size() >> 8),
          (byte) file.tracks().size(),
          (byte) (file.division() >> 8),
          (byte) file.division()
        });
    for (List<SmfEvent> track : file.tracks()) {
      chunk(out, "MTrk", track(track, runningStatus));
    }
    return out.toByteArray();
  }

  private static byte[] track(List<SmfEvent> track, boolean runningStatus) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long tick = 0;
    int running = 0;
    boolean ended = false;
    for (SmfEvent event : track) {
      if (ended) {
        throw new IllegalArgumentException("an event behind the end of the track");
      }
      variable(out, event.tick() - tick);
      tick = event.tick();
      switch (event) {
        case SmfEvent.Channel(_, var message) -> {
          byte[] bytes = MidiWriter.bytes(message);
          boolean same = runningStatus && message.status() == running;
          out.write(bytes, same ? 1 : 0, bytes.length - (same ? 1 : 0));
          running = message.status();
        }
        case SmfEvent.Raw raw -> {
          out.write(raw.escape() ? 0xF7 : 0xF0);
          data(out, raw.data());
          running = 0;
        }
        case SmfEvent.Meta meta -> {
          out.write(0xFF);
          out.write(meta.type());
          data(out, meta.data());
          running = 0;
          ended = meta.type() == SmfEvent.Meta.END_OF_TRACK;
        }
      }
    }
    if (!ended) {
      out.writeBytes(new byte[] {0, (byte) 0xFF, SmfEvent.Meta.END_OF_TRACK, 0});
    }
    return out.toByteArray();
  }

  private static void data(ByteArrayOutputStream out, byte[] data) {
    variable(out, data.length);
    out.writeBytes(data);
  }

  private static void variable(ByteArrayOutputStream out, long number) {
    if (number > MAX_VARIABLE) {
      throw new IllegalArgumentException("a number that a MIDI file cannot have: " + number);
    }
    for (int shift = 21; shift > 0; shift -= 7) {
      if (number >> shift != 0) {
        out.write((int) (number >> shift & 0x7F | 0x80));
      }
    }
    out.write((int) (number & 0x7F));
  }

  private static void chunk(ByteArrayOutputStream out, String kind, byte[] data) {
    out.writeBytes(kind.getBytes(StandardCharsets.US_ASCII));
    out.write(data.length >> 24);
    out.write(data.length >> 16);
    out.write(data.length >> 8);
    out.write(data.length);
    out.writeBytes(data);
  }
}
