package dev.clasp.bridge;

import java.nio.charset.StandardCharsets;

/**
 * Topics as parts of addresses and back, without loss (bridges.md 8.2, 8.7, 12.6): what an address
 * cannot have, that is {@code *} and control characters, is written as {@code %} and two
 * hexadecimal digits for each byte, and so is {@code %} itself. Empty levels stay empty.
 */
public final class MqttTopic {

  /** Longest topic in bytes (MQTT 5.0 section 1.5.4). */
  public static final int MAX_BYTES = 65_535;

  private static final String HEX = "0123456789ABCDEF";

  private MqttTopic() {}

  /** The topic in the letters of an address. */
  public static String escaped(String topic) {
    int at = 0;
    while (at < topic.length() && !special(topic.charAt(at))) {
      at++;
    }
    if (at == topic.length()) {
      return topic;
    }
    StringBuilder name = new StringBuilder(topic.length() + 8);
    for (int i = 0; i < topic.length(); i++) {
      char c = topic.charAt(i);
      if (special(c)) {
        for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
          name.append('%').append(HEX.charAt(b >>> 4 & 0xF)).append(HEX.charAt(b & 0xF));
        }
      } else {
        name.append(c);
      }
    }
    return name.toString();
  }

  private static boolean special(char c) {
    return c == '%' || c == '*' || c < 0x20 || c >= 0x7F && c <= 0x9F;
  }

  /** Undoes {@link #escaped}, and leaves alone what that does not write. */
  public static String unescaped(String name) {
    if (name.indexOf('%') < 0) {
      return name;
    }
    StringBuilder topic = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      int code = c == '%' ? hex(name, i + 1) : -1;
      if (code == 0xC2 && i + 3 < name.length() && name.charAt(i + 3) == '%') {
        int second = hex(name, i + 4);
        if (second >= 0x80 && second <= 0x9F) {
          topic.append((char) second);
          i += 5;
          continue;
        }
      }
      if (code >= 0 && code < 0x80 && special((char) code)) {
        topic.append((char) code);
        i += 2;
      } else {
        topic.append(c);
      }
    }
    return topic.toString();
  }

  /** Two digits as they are written here, or -1. */
  private static int hex(String text, int at) {
    if (at + 2 > text.length()) {
      return -1;
    }
    int high = HEX.indexOf(text.charAt(at));
    int low = HEX.indexOf(text.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** Whether something can be published under it (MQTT 5.0 section 4.7). */
  public static boolean isName(String topic) {
    return !topic.isEmpty()
        && topic.indexOf('+') < 0
        && topic.indexOf('#') < 0
        && topic.indexOf(0) < 0
        && (topic.length() * 3 <= MAX_BYTES
            || topic.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES);
  }

  /** Whether it is a topic filter: {@code +} and {@code #} fill whole levels, # the last one. */
  public static boolean isFilter(String filter) {
    String plain = withoutShare(filter);
    if (plain.isEmpty()
        || plain.indexOf(0) >= 0
        || filter.equals("$share")
        || isShared(filter) && !isGroup(filter, plain)) {
      return false;
    }
    String[] levels = plain.split("/", -1);
    for (int i = 0; i < levels.length; i++) {
      boolean wild = levels[i].indexOf('+') >= 0 || levels[i].indexOf('#') >= 0;
      if (wild && levels[i].length() > 1 || levels[i].equals("#") && i < levels.length - 1) {
        return false;
      }
    }
    return filter.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
  }

  /** The name of a group is not empty and has no wildcards (MQTT 5.0 section 4.8.2). */
  private static boolean isGroup(String filter, String plain) {
    int end = filter.length() - plain.length() - 1;
    return end > "$share/".length()
        && filter.lastIndexOf('+', end) < 0
        && filter.lastIndexOf('#', end) < 0;
  }

  /** Whether a group shares it: {@code $share/group/filter} (MQTT 5.0 section 4.8.2). */
  public static boolean isShared(String filter) {
    return filter.startsWith("$share/");
  }

  /** What a shared filter filters; others as they are. */
  public static String withoutShare(String filter) {
    int group = isShared(filter) ? filter.indexOf('/', "$share/".length()) : -1;
    return group < 0 || group == "$share/".length() ? filter : filter.substring(group + 1);
  }

  /** Whether a filter takes a topic; a wildcard at the front takes none that begins with $. */
  public static boolean matches(String filter, String topic) {
    String pattern = withoutShare(filter);
    if (topic.startsWith("$") && (pattern.startsWith("+") || pattern.startsWith("#"))) {
      return false;
    }
    int p = 0;
    int t = 0;
    while (p < pattern.length()) {
      char c = pattern.charAt(p);
      if (c == '#') {
        return true;
      }
      if (c == '+') {
        while (t < topic.length() && topic.charAt(t) != '/') {
          t++;
        }
        p++;
      } else if (t < topic.length() && topic.charAt(t) == c) {
        p++;
        t++;
      } else {
        // a/# takes a, too.
        return t == topic.length() && pattern.startsWith("/#", p) && p + 2 == pattern.length();
      }
    }
    return t == topic.length();
  }
}
