package dev.clasp.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Where the hash chain of an audit log stands (operations.md 12.7): each line has a number, {@code
 * seq}, and the SHA-256 of the line before it without its line end, {@code prev}. Immutable.
 *
 * @param number of the latest line; 0 = there is none
 * @param hash of the latest line, whatever it is: 64 hexadecimal digits
 */
record AuditChain(long number, String hash) {

  /** Before the first line. */
  static final AuditChain NEW = new AuditChain(0, "0".repeat(64));

  /** Bytes of a file in which its last line is looked for; no line is nearly as long. */
  static final int TAIL = 1 << 20;

  private static final ObjectReader JSON = new ObjectMapper().reader();

  /** What a line says of its place. */
  record Link(long number, String previous) {}

  /**
   * A line with its link.
   *
   * @param line an object and a line end
   */
  byte[] link(byte[] line) {
    byte[] link =
        (",\"seq\":" + (number + 1) + ",\"prev\":\"" + hash + "\"}\n")
            .getBytes(StandardCharsets.US_ASCII);
    int kept = line.length - "}\n".length();
    return ByteBuffer.allocate(kept + link.length).put(line, 0, kept).put(link).array();
  }

  /**
   * After a line that {@link #link} has made.
   *
   * @param line with its line end
   */
  AuditChain next(byte[] line) {
    return new AuditChain(number + 1, hashOf(line, 0, line.length - 1));
  }

  /**
   * After what a file ends with: the number of its last line that has one, and the hash of its last
   * line, which may be half of one. Unchanged if it is empty.
   */
  AuditChain after(byte[] tail) {
    if (tail.length == 0) {
      return this;
    }
    int end = tail[tail.length - 1] == '\n' ? tail.length - 1 : tail.length;
    int start = startOf(tail, end);
    String last = hashOf(tail, start, end);
    while (true) {
      Optional<Link> link = linkOf(Arrays.copyOfRange(tail, start, end));
      if (link.isPresent()) {
        return new AuditChain(link.get().number, last);
      }
      if (start == 0) {
        return new AuditChain(0, last);
      }
      end = start - 1;
      start = startOf(tail, end);
    }
  }

  private static int startOf(byte[] tail, int end) {
    int start = end;
    while (start > 0 && tail[start - 1] != '\n') {
      start--;
    }
    return start;
  }

  /** The last bytes of a file, at most so many. */
  static byte[] tail(Path file, int max) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer tail = ByteBuffer.allocate((int) Math.min(size, max));
      long start = size - tail.capacity();
      while (tail.hasRemaining() && channel.read(tail, start + tail.position()) >= 0) {
        // Goes on until all of it is there.
      }
      return Arrays.copyOf(tail.array(), tail.position());
    }
  }

  /** What a line says of its place; empty if it says nothing, or is no line of an audit log. */
  static Optional<Link> linkOf(byte[] line) {
    return object(line)
        .filter(node -> node.path("seq").isIntegralNumber() && node.path("seq").canConvertToLong())
        .filter(node -> node.path("prev").isTextual())
        .map(node -> new Link(node.path("seq").longValue(), node.path("prev").textValue()));
  }

  /** The event in a line; empty if it holds none, because half of it is missing. */
  static Optional<JsonNode> object(byte[] line) {
    try {
      return Optional.ofNullable(JSON.readTree(line)).filter(JsonNode::isObject);
    } catch (IOException e) {
      // Neither JSON nor, perhaps, text.
      return Optional.empty();
    }
  }

  /** Of the bytes from {@code start} to before {@code end}: 64 hexadecimal digits. */
  static String hashOf(byte[] bytes, int start, int end) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, start, end - start);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
