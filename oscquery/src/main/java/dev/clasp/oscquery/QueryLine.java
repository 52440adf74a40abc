package dev.clasp.oscquery;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The target of a request: {@code /foo/bar?VALUE&RANGE}. Immutable.
 *
 * @param path as it was sent
 * @param decoded without the encoding of URLs; the path if that is none
 * @param attributes empty for the whole node
 */
record QueryLine(String path, String decoded, List<Attribute> attributes) {

  private static final int MAX_ATTRIBUTES = 32;

  /**
   * @return empty if it is not well formed, or asks for an attribute that the proposal does not
   *     know
   */
  static Optional<QueryLine> parse(String uri) {
    String target = originForm(uri);
    int fragment = target.indexOf('#');
    if (fragment >= 0) {
      target = target.substring(0, fragment);
    }
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    // Many programs send OSC addresses as they are.
    String decoded = percentDecoded(path).orElse(path);
    List<Attribute> attributes = new ArrayList<>();
    if (question >= 0 && question + 1 < target.length()) {
      String[] words = target.substring(question + 1).split("&", MAX_ATTRIBUTES + 1);
      if (words.length > MAX_ATTRIBUTES) {
        return Optional.empty();
      }
      for (String word : words) {
        try {
          attributes.add(Attribute.valueOf(word));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new QueryLine(path, decoded, List.copyOf(attributes)));
  }

  /** Servers must also take {@code http://host/path} (RFC 9112 section 3.2.2). */
  private static String originForm(String uri) {
    int scheme = uri.indexOf("://");
    if (uri.startsWith("/") || scheme < 0) {
      return uri;
    }
    int path = uri.indexOf('/', scheme + 3);
    return path < 0 ? "/" : uri.substring(path);
  }

  /** Empty if a percent sign is not followed by two digits, or the bytes are no UTF-8. */
  static Optional<String> percentDecoded(String text) {
    if (text.indexOf('%') < 0) {
      return Optional.of(text);
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
