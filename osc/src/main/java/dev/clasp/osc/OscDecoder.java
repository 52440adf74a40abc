package dev.clasp.osc;

import dev.clasp.osc.OscArgument.Bool;
import dev.clasp.osc.OscArgument.Impulse;
import dev.clasp.osc.OscArgument.Nil;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one packet; a cursor over its bytes. */
final class OscDecoder {

  private static final byte[] BUNDLE = {'#', 'b', 'u', 'n', 'd', 'l', 'e', 0};
  private static final int BUNDLE_HEADER = 16;
  private static final int SHOWN = 60;

  private final byte[] bytes;
  private final int first;
  private int at;
  private int left = OscCodec.MAX_ELEMENTS;

  private OscDecoder(byte[] bytes, int first) {
    this.bytes = bytes;
    this.first = first;
    this.at = first;
  }

  static OscPacket decode(byte[] bytes, int offset, int length) throws OscException {
    return new OscDecoder(bytes, offset).packet(offset + length, 1);
  }

  private OscPacket packet(int end, int depth) throws OscException {
    count();
    if (at == end) {
      throw new OscException("an empty packet at byte " + (at - first));
    }
    return bytes[at] == '#' ? bundle(end, depth) : message(end);
  }

  private void count() throws OscException {
    if (--left < 0) {
      throw new OscException("more than " + OscCodec.MAX_ELEMENTS + " elements in one packet");
    }
  }

  // --- bundles -----------------------------------------------------------------------------------

  private OscBundle bundle(int end, int depth) throws OscException {
    if (end - at < BUNDLE_HEADER
        || !Arrays.equals(bytes, at, at + BUNDLE.length, BUNDLE, 0, BUNDLE.length)) {
      throw new OscException(
          "neither a message nor a bundle at byte "
              + (at - first)
              + ": a bundle begins with #bundle and a time tag of 8 bytes");
    }
    if (depth > OscCodec.MAX_DEPTH) {
      throw new OscException("bundles nested deeper than " + OscCodec.MAX_DEPTH);
    }
    at += BUNDLE.length;
    OscTimeTag time = new OscTimeTag(int64());
    List<OscPacket> elements = new ArrayList<>(4);
    while (at < end) {
      if (end - at < Integer.BYTES) {
        skipZeros(end, "the size of an element");
        break;
      }
      int size = int32();
      if (size == 0 && onlyZeros(at, end)) {
        at = end;
        break;
      }
      if (size <= 0 || size > end - at) {
        throw new OscException(
            "an element of "
                + Integer.toUnsignedString(size)
                + " bytes at byte "
                + (at - first - Integer.BYTES)
                + ", but "
                + (end - at)
                + " are left in the bundle");
      }
      elements.add(packet(at + size, depth + 1));
    }
    return new OscBundle(time, elements);
  }

  private boolean onlyZeros(int from, int end) {
    for (int i = from; i < end; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Some senders send the whole of a buffer of fixed size. */
  private void skipZeros(int end, String what) throws OscException {
    if (!onlyZeros(at, end)) {
      throw new OscException(
          (end - at) + " bytes too many, or " + what + " cut off, at byte " + (at - first));
    }
    at = end;
  }

  // --- messages ----------------------------------------------------------------------------------

  private OscMessage message(int end) throws OscException {
    int base = at;
    String address = string(base, end, "the address");
    boolean tags = at < end && bytes[at] == ',';
    if (address.isEmpty() || address.charAt(0) != '/') {
      // The X32 answers /node with node.
      if (address.isEmpty() || !tags || address.charAt(0) <= ' ') {
        throw new OscException(
            "neither a message nor a bundle at byte "
                + (base - first)
                + ": a message begins with a slash");
      }
      address = "/" + address;
    }
    if (!tags) {
      // Senders from before OSC 1.0: what follows has no types, so that nobody can read it.
      at = end;
      return new OscMessage(address, List.of());
    }
    int tag = at + 1;
    int tagsEnd = terminator(at, end, "the type tags");
    at = aligned(base, tagsEnd + 1, end);
    Tags remaining = new Tags(address, base, tag, tagsEnd, end);
    List<OscArgument> arguments;
    if (tagsEnd == tag) {
      arguments = List.of();
    } else if (tagsEnd == tag + 1) {
      arguments = List.of(argument(remaining, 1));
    } else {
      arguments = arguments(remaining, 0);
    }
    skipZeros(end, "an argument");
    return new OscMessage(address, arguments);
  }

  /** The type tags of a message, and how far they are read. */
  private static final class Tags {
    final String address;
    final int base;
    final int first;
    final int last;
    final int end;
    int next;

    Tags(String address, int base, int first, int last, int end) {
      this.address = address;
      this.base = base;
      this.first = first;
      this.last = last;
      this.end = end;
      this.next = first;
    }
  }

  /** Up to the end of the tags, or to the bracket that closes. */
  private List<OscArgument> arguments(Tags tags, int depth) throws OscException {
    List<OscArgument> arguments = new ArrayList<>(Math.min(tags.last - tags.next, 16));
    while (tags.next < tags.last) {
      if (bytes[tags.next] == ']') {
        if (depth == 0) {
          throw problem(tags, "a ] without a [");
        }
        tags.next++;
        return arguments;
      }
      arguments.add(argument(tags, depth + 1));
    }
    if (depth > 0) {
      throw problem(tags, "a [ without a ]");
    }
    return arguments;
  }

  private OscArgument argument(Tags tags, int depth) throws OscException {
    count();
    int tag = bytes[tags.next++];
    return switch (tag) {
      case 'i' -> new OscArgument.Int32(need32(tags, tag));
      case 'f' -> new OscArgument.Float32(Float.intBitsToFloat(need32(tags, tag)));
      case 's' -> new OscArgument.Text(string(tags.base, tags.end, "a text"));
      case 'b' -> blob(tags);
      case 'T' -> Bool.TRUE;
      case 'F' -> Bool.FALSE;
      case 'N' -> Nil.NIL;
      case 'I' -> Impulse.IMPULSE;
      case 't' -> new OscArgument.Time(new OscTimeTag(need64(tags, tag)));
      case 'h' -> new OscArgument.Int64(need64(tags, tag));
      case 'd' -> new OscArgument.Float64(Double.longBitsToDouble(need64(tags, tag)));
      case 'S' -> new OscArgument.Symbol(string(tags.base, tags.end, "a symbol"));
      case 'c' -> new OscArgument.Char(need32(tags, tag));
      case 'r' -> new OscArgument.Rgba(need32(tags, tag));
      case 'm' -> new OscArgument.Midi(need32(tags, tag));
      case '[' -> {
        if (depth > OscCodec.MAX_DEPTH) {
          throw problem(tags, "arrays nested deeper than " + OscCodec.MAX_DEPTH);
        }
        yield new OscArgument.Array(arguments(tags, depth));
      }
      case ']' -> throw problem(tags, "a ] without a [");
      default ->
          throw problem(
              tags,
              "an argument of the unknown type "
                  + (tag > ' ' && tag < 0x7F ? "'" + (char) tag + "'" : "0x" + hex(tag)));
    };
  }

  private static String hex(int b) {
    return Integer.toHexString(b & 0xFF);
  }

  private OscException problem(Tags tags, String what) {
    String all = latin1(tags.first, tags.last);
    return new OscException(
        shown(tags.address) + " has " + what + "; its type tags are ," + shown(all));
  }

  private String latin1(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Text of a stranger for a log: short, in one line. */
  private static String shown(String text) {
    String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  private int need32(Tags tags, int tag) throws OscException {
    need(tags, tag, Integer.BYTES);
    return int32();
  }

  private long need64(Tags tags, int tag) throws OscException {
    need(tags, tag, Long.BYTES);
    return int64();
  }

  private void need(Tags tags, int tag, int size) throws OscException {
    if (tags.end - at < size) {
      throw problem(
          tags,
          "only "
              + (tags.end - at)
              + " bytes for argument "
              + (tags.next - tags.first)
              + " of type '"
              + (char) tag
              + "'");
    }
  }

  private OscArgument blob(Tags tags) throws OscException {
    int size = need32(tags, 'b');
    if (size < 0 || size > tags.end - at) {
      throw problem(
          tags,
          "a blob of "
              + Integer.toUnsignedString(size)
              + " bytes, but "
              + (tags.end - at)
              + " are left");
    }
    byte[] value = Arrays.copyOfRange(bytes, at, at + size);
    at = aligned(tags.base, at + size, tags.end);
    return new OscArgument.Blob(value);
  }

  // --- atoms -------------------------------------------------------------------------------------

  /** The next multiple of four behind the beginning of the message; at the end nobody insists. */
  private static int aligned(int base, int position, int end) {
    return Math.min(base + ((position - base + 3) & ~3), end);
  }

  private int terminator(int from, int end, String what) throws OscException {
    for (int i = from; i < end; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    throw new OscException(what + " at byte " + (from - first) + " does not end");
  }

  private String string(int base, int end, String what) throws OscException {
    int nul = terminator(at, end, what);
    String text;
    try {
      text = Utf8.read(bytes, at, nul - at);
    } catch (DecodeException e) {
      text = latin1(at, nul);
    }
    at = aligned(base, nul + 1, end);
    return text;
  }

  private int int32() {
    int i = at;
    at += Integer.BYTES;
    return BigEndian.int32(bytes, i);
  }

  private long int64() {
    int i = at;
    at += Long.BYTES;
    return BigEndian.int64(bytes, i);
  }
}
