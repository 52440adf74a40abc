package dev.clasp.midi;

import dev.clasp.midi.Ump.Part;
import dev.clasp.midi.Ump.Stream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What an endpoint says about itself when it is asked (M2-104-UM 1.1, "UMP Stream Messages"): its
 * name, and one function block. Immutable.
 *
 * @param groups of the function block, from the first one on, 1 to 16
 * @param firstGroup 0 to 15
 * @param midi2 whether it takes channel messages of MIDI 2.0
 */
public record UmpIdentity(String name, String product, int firstGroup, int groups, boolean midi2) {

  public static final int ENDPOINT_DISCOVERY = 0x000;
  public static final int ENDPOINT_INFO = 0x001;
  public static final int DEVICE_IDENTITY = 0x002;
  public static final int ENDPOINT_NAME = 0x003;
  public static final int PRODUCT_INSTANCE = 0x004;
  public static final int CONFIGURE = 0x005;
  public static final int CONFIGURED = 0x006;
  public static final int BLOCK_DISCOVERY = 0x010;
  public static final int BLOCK_INFO = 0x011;
  public static final int BLOCK_NAME = 0x012;

  /** Of the protocol, in {@link #CONFIGURE}. */
  public static final int MIDI_1 = 1;

  public static final int MIDI_2 = 2;

  /** Of the format of packets: 1.1. */
  private static final int VERSION = 0x0101;

  /** Asks for everything that an endpoint says. */
  public static Stream discovery() {
    return new Stream(Part.COMPLETE, ENDPOINT_DISCOVERY, VERSION, 0x1F, 0, 0);
  }

  /** Asks for a protocol. */
  public static Stream configure(int protocol) {
    return new Stream(Part.COMPLETE, CONFIGURE, protocol << 8, 0, 0, 0);
  }

  /** Whether an endpoint that says this takes messages of MIDI 2.0. */
  public static boolean speaksMidi2(Stream info) {
    return info.status() == ENDPOINT_INFO && (info.one() >>> 9 & 1) != 0;
  }

  /** The protocol in {@link #CONFIGURE} and {@link #CONFIGURED}. */
  public static int protocol(Stream configuration) {
    return configuration.rest() >>> 8;
  }

  /** The answers to a question; none to what is no question. */
  public List<Ump> answers(Stream asked) {
    List<Ump> answers = new ArrayList<>();
    switch (asked.status()) {
      case ENDPOINT_DISCOVERY -> {
        int filter = asked.one();
        if ((filter & 1) != 0) {
          // One function block that does not change; both protocols or the first one only.
          answers.add(
              new Stream(
                  Part.COMPLETE,
                  ENDPOINT_INFO,
                  VERSION,
                  1 << 31 | 1 << 24 | (midi2 ? 1 << 9 : 0) | 1 << 8,
                  0,
                  0));
        }
        if ((filter & 2) != 0) {
          // No manufacturer of ours: the number for what is not sold (7D).
          answers.add(new Stream(Part.COMPLETE, DEVICE_IDENTITY, 0, 0x7D0000, 0, 0));
        }
        if ((filter & 4) != 0) {
          text(ENDPOINT_NAME, NetMidi2Packet.cut(name, NetMidi2Command.LONGEST_NAME), answers);
        }
        if ((filter & 8) != 0) {
          text(
              PRODUCT_INSTANCE,
              NetMidi2Packet.cut(product, NetMidi2Command.LONGEST_PRODUCT),
              answers);
        }
        if ((filter & 16) != 0) {
          answers.add(configured(midi2 ? MIDI_2 : MIDI_1));
        }
      }
      case CONFIGURE -> answers.add(configured(midi2 ? protocol(asked) : MIDI_1));
      case BLOCK_DISCOVERY -> {
        int block = asked.rest() >>> 8;
        if (block == 0 || block == 0xFF) {
          if ((asked.rest() & 1) != 0) {
            // Active, number 0, both ways, no hint for an interface, not limited to MIDI 1.0.
            answers.add(
                new Stream(
                    Part.COMPLETE, BLOCK_INFO, 0x8003, firstGroup << 24 | groups << 16, 0, 0));
          }
          if ((asked.rest() & 2) != 0) {
            byte[] bytes = NetMidi2Packet.cut(name, 91);
            blockName(bytes, answers);
          }
        }
      }
      default -> {
        // Told and not asked.
      }
    }
    return List.copyOf(answers);
  }

  private static Stream configured(int protocol) {
    return new Stream(
        Part.COMPLETE, CONFIGURED, (protocol == MIDI_2 ? MIDI_2 : MIDI_1) << 8, 0, 0, 0);
  }

  /** Fourteen bytes in each packet. */
  private static void text(int status, byte[] text, List<Ump> out) {
    if (text.length == 0) {
      out.add(packet(Part.COMPLETE, status, new byte[14]));
    }
    for (int at = 0; at < text.length; at += 14) {
      out.add(packet(part(at, 14, text.length), status, piece(text, at, 14)));
    }
  }

  /** The number of the block, and thirteen bytes. */
  private static void blockName(byte[] text, List<Ump> out) {
    for (int at = 0; at < text.length; at += 13) {
      byte[] piece = new byte[14];
      System.arraycopy(piece(text, at, 13), 0, piece, 1, 13);
      out.add(packet(part(at, 13, text.length), BLOCK_NAME, piece));
    }
  }

  private static Part part(int at, int size, int length) {
    boolean last = at + size >= length;
    return at == 0 ? last ? Part.COMPLETE : Part.START : last ? Part.END : Part.CONTINUE;
  }

  private static byte[] piece(byte[] text, int at, int size) {
    return Arrays.copyOf(Arrays.copyOfRange(text, at, Math.min(text.length, at + size)), size);
  }

  private static Stream packet(Part part, int status, byte[] fourteen) {
    return new Stream(
        part,
        status,
        (fourteen[0] & 0xFF) << 8 | fourteen[1] & 0xFF,
        word(fourteen, 2),
        word(fourteen, 6),
        word(fourteen, 10));
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | bytes[at + 3] & 0xFF;
  }

  /** The text that packets of {@link #ENDPOINT_NAME} carry, of one of them. */
  public static String text(Stream packet) {
    byte[] bytes = new byte[14];
    int[] words = packet.words();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i + 2 >> 2] >>> 24 - 8 * (i + 2 & 3));
    }
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
