package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages as people write them: {@code /subscribe "my name" 1 0.5}. A whole number is an {@code
 * i}, one with a point an {@code f}, {@code true} and {@code false} are booleans, the rest is text.
 */
final class Phrase {

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Pattern EVERY =
      Pattern.compile("(.*?)\\s+every\\s+(\\d{1,6}(?:\\.\\d{1,3})?)\\s*(ms|s|m)?");
  private static final Duration SHORTEST = Duration.ofMillis(10);

  private Phrase() {}

  /** A message that is sent again and again. */
  record Repeated(OscMessage message, Duration interval) {}

  static OscMessage parse(String setting, String text) {
    Matcher matcher = WORD.matcher(text);
    String address = "";
    List<OscArgument> arguments = new ArrayList<>();
    while (matcher.find()) {
      String quoted = matcher.group(1);
      String word = quoted == null ? matcher.group(2) : quoted;
      if (address.isEmpty()) {
        address = word;
      } else {
        arguments.add(quoted == null ? argument(word) : new OscArgument.Text(quoted));
      }
    }
    if (!address.startsWith("/") || text.indexOf(0) >= 0) {
      throw BridgeException.lasting(
          setting + ": a message begins with its address, for example /xremote, not " + text);
    }
    return new OscMessage(address, arguments);
  }

  private static OscArgument argument(String word) {
    switch (word) {
      case "true" -> {
        return OscArgument.Bool.TRUE;
      }
      case "false" -> {
        return OscArgument.Bool.FALSE;
      }
      default -> {}
    }
    if (word.matches("-?\\d{1,9}")) {
      return new OscArgument.Int32(Integer.parseInt(word));
    }
    if (word.matches("-?\\d{1,20}\\.\\d{1,20}")) {
      return new OscArgument.Float32(Float.parseFloat(word));
    }
    return new OscArgument.Text(word);
  }

  /** {@code /xremote every 9s}. */
  static Repeated repeated(String text) {
    Matcher matcher = EVERY.matcher(text.strip());
    if (!matcher.matches()) {
      throw BridgeException.lasting(
          "keepalive must say how often, for example /xremote every 9s, not " + text);
    }
    String unit = matcher.group(3);
    double millis =
        Double.parseDouble(matcher.group(2))
            * ("ms".equals(unit) ? 1 : "m".equals(unit) ? 60_000 : 1000);
    Duration interval = Duration.ofMillis((long) millis);
    if (interval.compareTo(SHORTEST) < 0) {
      throw BridgeException.lasting("keepalive cannot be sent more often than every 10ms: " + text);
    }
    return new Repeated(parse("keepalive", matcher.group(1)), interval);
  }
}
