package dev.clasp.midi;

import java.util.Arrays;

/**
 * A Universal MIDI Packet (M2-104-UM): one to four words of 32 bits. Immutable. What is reserved is
 * kept as it is.
 */
public sealed interface Ump {

  /** Where a message that takes several packets is. */
  enum Part {
    COMPLETE,
    START,
    CONTINUE,
    END
  }

  /** The packet as words. */
  int[] words();

  /**
   * Type 0: time stamps and no operation.
   *
   * @param status 0 to 15
   * @param data 20 bits
   */
  record Utility(int status, int data) implements Ump {
    public Utility {
      Range.check("status", status, 0, 15);
      Range.check("data", data, 0, 0xF_FFFF);
    }

    @Override
    public int[] words() {
      return new int[] {status << 20 | data};
    }
  }

  /**
   * Types 1 and 2: a message of MIDI 1.0.
   *
   * @param group 0 to 15
   * @param message not system exclusive
   */
  record Midi1(int group, MidiMessage message) implements Ump {
    public Midi1 {
      Range.check("group", group, 0, 15);
      if (message instanceof MidiMessage.SysEx) {
        throw new IllegalArgumentException("system exclusive has packets of its own");
      }
    }

    @Override
    public int[] words() {
      byte[] bytes = MidiWriter.bytes(message);
      int type = message instanceof MidiMessage.Voice ? 2 : 1;
      int word = type << 28 | group << 24;
      for (int i = 0; i < bytes.length; i++) {
        word |= (bytes[i] & 0xFF) << 16 - 8 * i;
      }
      return new int[] {word};
    }
  }

  /**
   * Type 3: a part of system exclusive, without F0 and F7.
   *
   * @param data at most six bytes, 0 to 127 each; copied in and out
   */
  record SysEx7(int group, Part part, byte[] data) implements Ump {
    public SysEx7 {
      Range.check("group", group, 0, 15);
      Range.check("bytes", data.length, 0, 6);
      data = data.clone();
      for (byte each : data) {
        Range.data("data", each);
      }
    }

    @Override
    public byte[] data() {
      return data.clone();
    }

    @Override
    public int[] words() {
      int[] words = new int[2];
      words[0] = 3 << 28 | group << 24 | part.ordinal() << 20 | data.length << 16;
      for (int i = 0; i < data.length; i++) {
        words[i + 2 >> 2] |= data[i] << 24 - 8 * (i + 2 & 3);
      }
      return words;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof SysEx7 other && Arrays.equals(words(), other.words());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(words());
    }

    @Override
    public String toString() {
      return "SysEx7[" + group + ", " + part + ", " + data.length + " bytes]";
    }
  }

  /**
   * Type 4: a channel message of MIDI 2.0.
   *
   * @param opcode 0 to 15, as the upper half of a status byte, and below 8 what is new
   * @param index third and fourth byte: a note, a controller, bank and number of a parameter
   * @param data 32 bits
   */
  record Midi2(int group, int opcode, int channel, int index, int data) implements Ump {

    public static final int NOTE_REGISTERED = 0;
    public static final int NOTE_ASSIGNABLE = 1;
    public static final int RPN = 2;
    public static final int NRPN = 3;
    public static final int RELATIVE_RPN = 4;
    public static final int RELATIVE_NRPN = 5;
    public static final int NOTE_BEND = 6;
    public static final int NOTE_OFF = 8;
    public static final int NOTE_ON = 9;
    public static final int POLY_PRESSURE = 10;
    public static final int CONTROL_CHANGE = 11;
    public static final int PROGRAM_CHANGE = 12;
    public static final int CHANNEL_PRESSURE = 13;
    public static final int PITCH_BEND = 14;
    public static final int NOTE_MANAGEMENT = 15;

    public Midi2 {
      Range.check("group", group, 0, 15);
      Range.check("opcode", opcode, 0, 15);
      Range.channel(channel);
      Range.check("index", index, 0, 0xFFFF);
    }

    @Override
    public int[] words() {
      return new int[] {4 << 28 | group << 24 | opcode << 20 | channel << 16 | index, data};
    }
  }

  /**
   * Type 5: a part of system exclusive with eight bits, or of a mixed data set.
   *
   * @param status 0 to 3 a {@link Part} of system exclusive; 8 and 9 mixed data
   * @param count bytes that count, 0 to 14; for mixed data its number
   * @param data fourteen bytes; copied in and out
   */
  record Data8(int group, int status, int count, byte[] data) implements Ump {
    public Data8 {
      Range.check("group", group, 0, 15);
      Range.check("status", status, 0, 15);
      Range.check("count", count, 0, 15);
      Range.check("bytes", data.length, 14, 14);
      data = data.clone();
    }

    @Override
    public byte[] data() {
      return data.clone();
    }

    @Override
    public int[] words() {
      int[] words = new int[4];
      words[0] = 5 << 28 | group << 24 | status << 20 | count << 16;
      for (int i = 0; i < data.length; i++) {
        words[i + 2 >> 2] |= (data[i] & 0xFF) << 24 - 8 * (i + 2 & 3);
      }
      return words;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Data8 other && Arrays.equals(words(), other.words());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(words());
    }
  }

  /**
   * Type D: tempo, metre, text.
   *
   * @param address 0 a channel, 1 the group
   * @param one to three: data, as they are
   */
  record Flex(
      int group,
      Part part,
      int address,
      int channel,
      int bank,
      int status,
      int one,
      int two,
      int three)
      implements Ump {
    public Flex {
      Range.check("group", group, 0, 15);
      Range.check("address", address, 0, 3);
      Range.channel(channel);
      Range.check("bank", bank, 0, 255);
      Range.check("status", status, 0, 255);
    }

    @Override
    public int[] words() {
      return new int[] {
        0xD << 28
            | group << 24
            | part.ordinal() << 22
            | address << 20
            | channel << 16
            | bank << 8
            | status,
        one,
        two,
        three
      };
    }

    /** Bank 0, status 0: tens of nanoseconds of a quarter note, unsigned; 0 for anything else. */
    public long tempo() {
      return bank == 0 && status == 0 ? one & 0xFFFF_FFFFL : 0;
    }
  }

  /**
   * Type F: what an endpoint is.
   *
   * @param status 10 bits
   * @param rest lower half of the first word
   */
  record Stream(Part part, int status, int rest, int one, int two, int three) implements Ump {
    public Stream {
      Range.check("status", status, 0, 0x3FF);
      Range.check("rest", rest, 0, 0xFFFF);
    }

    @Override
    public int[] words() {
      return new int[] {0xF << 28 | part.ordinal() << 26 | status << 16 | rest, one, two, three};
    }
  }

  /**
   * What is reserved or is no message.
   *
   * @param words one to four; copied in and out
   */
  record Unknown(int[] words) implements Ump {
    public Unknown {
      Range.check("words", words.length, 1, 4);
      words = words.clone();
    }

    @Override
    public int[] words() {
      return words.clone();
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Unknown other && Arrays.equals(words, other.words);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(words);
    }
  }

  /** How many words a packet has, by the top four bits of its first: 1 to 4. */
  static int length(int firstWord) {
    return switch (firstWord >>> 28) {
      case 0x0, 0x1, 0x2, 0x6, 0x7 -> 1;
      case 0x3, 0x4, 0x8, 0x9, 0xA -> 2;
      case 0xB, 0xC -> 3;
      default -> 4;
    };
  }

  /**
   * The packet that words are.
   *
   * @param words as many as {@link #length} says
   */
  static Ump of(int[] words) {
    if (words.length == 0 || words.length != length(words[0])) {
      throw new IllegalArgumentException("no packet has " + words.length + " words like these");
    }
    Ump packet = read(words);
    // Reserved bits that are set would be lost.
    return Arrays.equals(packet.words(), words) ? packet : new Unknown(words);
  }

  private static Ump read(int[] words) {
    int first = words[0];
    int group = first >>> 24 & 15;
    int status = first >>> 20 & 15;
    return switch (first >>> 28) {
      case 0x0 -> new Utility(status, first & 0xF_FFFF);
      case 0x1, 0x2 -> {
        int code = first >>> 16 & 0xFF;
        if (first >>> 28 == 2 ? code < 0x80 || code >= 0xF0 : code < 0xF0) {
          yield new Unknown(words);
        }
        yield MidiMessage.of(code, first >>> 8, first)
            .<Ump>map(message -> new Midi1(group, message))
            .orElseGet(() -> new Unknown(words));
      }
      case 0x3 -> {
        int count = first >>> 16 & 15;
        byte[] data = bytes(words, count);
        if (status > 3 || count > 6 || negative(data)) {
          yield new Unknown(words);
        }
        yield new SysEx7(group, Part.values()[status], data);
      }
      case 0x4 -> new Midi2(group, status, first >>> 16 & 15, first & 0xFFFF, words[1]);
      case 0x5 -> new Data8(group, status, first >>> 16 & 15, bytes(words, 14));
      case 0xD ->
          new Flex(
              group,
              Part.values()[first >>> 22 & 3],
              first >>> 20 & 3,
              first >>> 16 & 15,
              first >>> 8 & 0xFF,
              first & 0xFF,
              words[1],
              words[2],
              words[3]);
      case 0xF ->
          new Stream(
              Part.values()[first >>> 26 & 3],
              first >>> 16 & 0x3FF,
              first & 0xFFFF,
              words[1],
              words[2],
              words[3]);
      default -> new Unknown(words);
    };
  }

  /** Bytes from the third one on. */
  private static byte[] bytes(int[] words, int count) {
    byte[] data = new byte[Math.min(count, words.length * 4 - 2)];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (words[i + 2 >> 2] >>> 24 - 8 * (i + 2 & 3));
    }
    return data;
  }

  private static boolean negative(byte[] data) {
    for (byte each : data) {
      if (each < 0) {
        return true;
      }
    }
    return false;
  }
}
