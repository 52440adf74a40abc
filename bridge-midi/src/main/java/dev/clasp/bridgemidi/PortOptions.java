package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Options of ports of the network, read from what the user wrote. */
final class PortOptions {

  private static final int LONGEST_NAME = 63;

  private PortOptions() {}

  /** {@code name=Hall&announce=true}: options where there is only an address to say them. */
  static Map<String, Value> query(String text) {
    Map<String, Value> options = new LinkedHashMap<>();
    for (String each : text.split("&", -1)) {
      String[] parts = each.split("=", 2);
      if (parts.length < 2) {
        throw BridgeException.lasting(
            "behind the ? there are options like name=Hall&announce=true, not " + each);
      }
      options.put(parts[0], value(parts[1]));
    }
    return options;
  }

  private static Value value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Value.of(text.equals("true"));
    }
    return text.matches("\\d{1,9}") ? Value.of(Long.parseLong(text)) : Value.of(text);
  }

  /** A name that is announced. */
  static String name(String text) {
    if (text.isBlank() || text.length() > LONGEST_NAME || text.matches(".*\\p{Cntrl}.*")) {
      throw BridgeException.lasting("name must have 1 to " + LONGEST_NAME + " characters");
    }
    return text;
  }

  static String text(String key, Value value) {
    if (value instanceof Value.Text text && !text.value().isBlank()) {
      return text.value();
    }
    throw BridgeException.lasting(key + " must be a text");
  }

  static List<String> texts(String key, Value value) {
    List<String> texts = new ArrayList<>();
    if (value instanceof Value.Array array) {
      array.values().forEach(each -> texts.add(text(key, each)));
    } else {
      for (String each : text(key, value).split(",", -1)) {
        texts.add(each.strip());
      }
    }
    return texts;
  }

  static boolean flag(String key, Value value) {
    if (value instanceof Value.Bool flag) {
      return flag.value();
    }
    throw BridgeException.lasting(key + " must be true or false");
  }

  static int whole(String key, Value value, int least, int most) {
    if (value instanceof Value.Int whole && whole.value() >= least && whole.value() <= most) {
      return (int) whole.value();
    }
    throw BridgeException.lasting(key + " must be a whole number from " + least + " to " + most);
  }

  static boolean matches(String pattern, String text) {
    return Pattern.compile(
            PortPattern.regex(pattern), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
        .matcher(text)
        .matches();
  }
}
