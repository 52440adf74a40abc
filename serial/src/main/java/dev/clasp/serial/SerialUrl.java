package dev.clasp.serial;

import dev.clasp.serial.SerialSettings.Flow;
import dev.clasp.serial.SerialSettings.Parity;
import dev.clasp.transport.TransportException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Settings of a serial line as a URL, and back. */
final class SerialUrl {

  static final String EXAMPLE = "serial:/dev/ttyUSB0?baud=115200";

  private static final List<String> KEYS =
      List.of("baud", "data", "parity", "stop", "flow", "framing", "crc");

  private final String url;
  private int baud = 115_200;
  private Parity parity = Parity.NONE;
  private int stop = 1;
  private Flow flow = Flow.NONE;
  private SerialFraming framing = SerialFraming.RAW;
  private boolean crc;

  private SerialUrl(String url) {
    this.url = url;
  }

  static SerialSettings parse(String url) {
    return new SerialUrl(url).parse();
  }

  private SerialSettings parse() {
    String rest = url;
    if (rest.regionMatches(true, 0, "serial:", 0, "serial:".length())) {
      rest = rest.substring("serial:".length());
    }
    if (rest.startsWith("//")) {
      rest = rest.substring(2);
    }
    int question = rest.indexOf('?');
    String port = decoded(question < 0 ? rest : rest.substring(0, question));
    if (port.isEmpty()) {
      throw unusable("the port is missing, as in " + EXAMPLE + " or serial:COM3");
    }
    if (port.chars().anyMatch(c -> c < ' ')) {
      throw unusable("a port has no control characters in its name");
    }
    if (question >= 0) {
      query(rest.substring(question + 1));
    }
    if (crc && framing == SerialFraming.RAW) {
      throw unusable(
          "crc=32 needs framing=slip or framing=cobs: with bare frames the other end would take"
              + " it for the next frame");
    }
    return new SerialSettings(port, baud, parity, stop, flow, framing, crc);
  }

  private void query(String query) {
    Set<String> seen = new HashSet<>();
    for (String part : query.split("&")) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String key = decoded(equals < 0 ? part : part.substring(0, equals)).toLowerCase(Locale.ROOT);
      String value = equals < 0 ? "" : decoded(part.substring(equals + 1)).toLowerCase(Locale.ROOT);
      if (!KEYS.contains(key)) {
        throw unusable(
            "there is no setting '"
                + printable(key)
                + "'"
                + closest(key).map(k -> ", did you mean " + k + "?").orElse(".")
                + " There are "
                + String.join(", ", KEYS));
      }
      if (!seen.add(key)) {
        throw unusable(key + " is there twice");
      }
      set(key, value);
    }
  }

  private void set(String key, String value) {
    switch (key) {
      case "baud" -> baud = baud(value);
      case "data" -> {
        if (!value.equals("8")) {
          throw unusable(
              "data must be 8, not '"
                  + printable(value)
                  + "': frames are made of whole bytes, which fewer bits do not carry");
        }
      }
      case "parity" -> parity = choice(key, value, Parity.values());
      case "stop" ->
          stop =
              switch (value) {
                case "1" -> 1;
                case "2" -> 2;
                default -> throw unusable("stop must be 1 or 2, not '" + printable(value) + "'");
              };
      case "flow" -> {
        if (value.equals("xonxoff")) {
          throw unusable(
              "flow must be none or rtscts: xonxoff would take the bytes 11 and 13 out of frames");
        }
        flow = choice(key, value, Flow.values());
      }
      case "framing" -> framing = choice(key, value, SerialFraming.values());
      default ->
          crc =
              switch (value) {
                case "no" -> false;
                case "32" -> true;
                default -> throw unusable("crc must be no or 32, not '" + printable(value) + "'");
              };
    }
  }

  private int baud(String value) {
    int number = value.matches("[0-9]{1,8}") ? Integer.parseInt(value) : 0;
    if (number < SerialSettings.MIN_BAUD || number > SerialSettings.MAX_BAUD) {
      throw unusable(
          "baud must be "
              + SerialSettings.MIN_BAUD
              + " to "
              + SerialSettings.MAX_BAUD
              + ", not '"
              + printable(value)
              + "'; usual are 9600, 57600, 115200, 230400, 1000000");
    }
    return number;
  }

  private <E> E choice(String key, String value, E[] all) {
    for (E each : all) {
      if (each.toString().equals(value)) {
        return each;
      }
    }
    String names = Arrays.stream(all).map(Object::toString).collect(Collectors.joining(", "));
    int last = names.lastIndexOf(", ");
    throw unusable(
        key
            + " must be "
            + names.substring(0, last)
            + " or "
            + names.substring(last + 2)
            + ", not '"
            + printable(value)
            + "'");
  }

  private String decoded(String text) {
    try {
      // A plus is a plus here: names of ports are no forms.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw unusable("behind % there must be two hexadecimal digits");
    }
  }

  private TransportException unusable(String why) {
    return new TransportException(
        TransportException.Kind.BAD_URL, "cannot use " + printable(url) + ": " + why);
  }

  private static String printable(String text) {
    String all = text.replaceAll("\\p{Cntrl}", "?");
    return all.length() > 200 ? all.substring(0, 200) + "..." : all;
  }

  /** The setting that was probably meant. */
  private static Optional<String> closest(String typed) {
    String best = "";
    int least = 3;
    for (String key : KEYS) {
      int distance = typed.length() > 20 ? least : distance(typed, key);
      if (distance < least || key.startsWith(typed) && !typed.isEmpty()) {
        least = Math.min(distance, least);
        best = key;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** Letters to change, add or leave out (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  static String text(SerialSettings s) {
    StringBuilder text = new StringBuilder("serial:");
    for (char c : s.port().toCharArray()) {
      text.append(
          switch (c) {
            case '%' -> "%25";
            case '?' -> "%3F";
            case '#' -> "%23";
            case ' ' -> "%20";
            default -> String.valueOf(c);
          });
    }
    text.append("?baud=").append(s.baud());
    if (s.parity() != Parity.NONE) {
      text.append("&parity=").append(s.parity());
    }
    if (s.stopBits() != 1) {
      text.append("&stop=").append(s.stopBits());
    }
    if (s.flow() != Flow.NONE) {
      text.append("&flow=").append(s.flow());
    }
    if (s.framing() != SerialFraming.RAW) {
      text.append("&framing=").append(s.framing());
    }
    if (s.crc()) {
      text.append("&crc=32");
    }
    return text.toString();
  }
}
