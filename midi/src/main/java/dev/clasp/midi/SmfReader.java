package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads Standard MIDI Files. What is read has been in the file, so memory is bounded by a small
 * multiple of its length. Chunks of kinds that are not known are left out, as the standard asks.
 */
public final class SmfReader {

  /** Longest file that is read. */
  public static final int MAX_BYTES = 64 << 20;

  private final byte[] bytes;
  private int at;
  private int end;

  private SmfReader(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /**
   * Reads a file.
   *
   * @throws MidiException it is none, or is damaged; says where
   */
  public static StandardMidiFile read(byte[] bytes) throws MidiException {
    if (bytes.length > MAX_BYTES) {
      throw new MidiException(
          "a MIDI file of " + bytes.length + " bytes; at most " + MAX_BYTES + " are read");
    }
    return new SmfReader(bytes).file();
  }

  private StandardMidiFile file() throws MidiException {
    if (bytes.length < 14 || !chunk().equals("MThd")) {
      throw new MidiException("no Standard MIDI File: it does not begin with MThd");
    }
    long length = number(4);
    if (length < 6 || length > bytes.length - 8) {
      throw damaged("a header of " + length + " bytes");
    }
    int next = at + (int) length;
    int format = (int) number(2);
    int count = (int) number(2);
    int division = (short) number(2);
    at = next;
    List<List<SmfEvent>> tracks = new ArrayList<>();
    while (tracks.size() < count) {
      if (bytes.length - at < 8) {
        throw damaged(tracks.size() + " tracks instead of " + count);
      }
      String kind = chunk();
      long size = number(4);
      if (size > bytes.length - at) {
        throw damaged(
            "a chunk "
                + kind
                + " of "
                + size
                + " bytes, of which there are "
                + (bytes.length - at));
      }
      end = at + (int) size;
      if (kind.equals("MTrk")) {
        tracks.add(track());
      }
      at = end;
      end = bytes.length;
    }
    try {
      return new StandardMidiFile(format, division, tracks);
    } catch (IllegalArgumentException e) {
      throw new MidiException("a damaged MIDI file: " + e.getMessage());
    }
  }

  private List<SmfEvent> track() throws MidiException {
    List<SmfEvent> events = new ArrayList<>();
    long tick = 0;
    int running = 0;
    while (at < end) {
      tick += variable();
      if (tick > Integer.MAX_VALUE) {
        throw damaged("more than 2147483647 ticks");
      }
      int status = peek();
      if (status == 0xFF) {
        at++;
        int type = next();
        if (type > 127) {
          throw damaged("a meta event of type " + type);
        }
        SmfEvent.Meta meta = new SmfEvent.Meta(tick, type, data());
        events.add(meta);
        running = 0;
        if (type == SmfEvent.Meta.END_OF_TRACK) {
          // What is behind it does not belong to the track.
          return events;
        }
      } else if (status == 0xF0 || status == 0xF7) {
        at++;
        events.add(new SmfEvent.Raw(tick, status == 0xF7, data()));
        running = 0;
      } else {
        if (status >= 0x80) {
          running = status;
          at++;
        }
        events.add(new SmfEvent.Channel(tick, voice(running)));
      }
    }
    return events;
  }

  private Voice voice(int status) throws MidiException {
    if (status == 0) {
      throw damaged("data without a status");
    }
    int needed = MidiMessage.dataBytes(status);
    if (status >= 0xF0) {
      throw damaged("a system message " + Integer.toHexString(status).toUpperCase(Locale.ROOT));
    }
    int one = next();
    int two = needed == 2 ? next() : 0;
    if ((one | two) > 127) {
      throw damaged("data above 127");
    }
    return (Voice) MidiMessage.of(status, one, two).orElseThrow();
  }

  private byte[] data() throws MidiException {
    long length = variable();
    if (length > end - at) {
      throw damaged("an event of " + length + " bytes, of which there are " + (end - at));
    }
    byte[] data = Arrays.copyOfRange(bytes, at, at + (int) length);
    at += (int) length;
    return data;
  }

  /** At most four bytes of seven bits. */
  private long variable() throws MidiException {
    long number = 0;
    for (int i = 0; i < 4; i++) {
      int b = next();
      number = number << 7 | b & 0x7F;
      if (b < 0x80) {
        return number;
      }
    }
    throw damaged("a number of more than four bytes");
  }

  private int peek() throws MidiException {
    if (at >= end) {
      throw damaged("the end within an event");
    }
    return bytes[at] & 0xFF;
  }

  private int next() throws MidiException {
    int b = peek();
    at++;
    return b;
  }

  private String chunk() {
    StringBuilder kind = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      int b = bytes[at++] & 0xFF;
      kind.append(b > 31 && b < 127 ? (char) b : '?');
    }
    return kind.toString();
  }

  private long number(int length) {
    long number = 0;
    for (int i = 0; i < length; i++) {
      number = number << 8 | bytes[at++] & 0xFF;
    }
    return number;
  }

  private MidiException damaged(String what) {
    return new MidiException("a damaged MIDI file: " + what + ", at byte " + at);
  }
}
