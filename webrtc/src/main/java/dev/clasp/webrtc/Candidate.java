package dev.clasp.webrtc;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An ICE candidate, and its JSON text inside a signal (transports.md 8.2).
 *
 * @param line begins with {@code candidate:}
 * @param mid of the media section; empty if the peer names it by its index only
 * @param index of the media section, from 0
 * @param fragment user name fragment, if the peer says it
 */
record Candidate(String line, String mid, int index, Optional<String> fragment) {

  private static final int MAX_INDEX = 16;

  /** Components of a candidate line up to its type (RFC 8839, section 5.1). */
  private static final int MIN_FIELDS = 8;

  /** As others write it: Chromium with mid and fragment, native reference peers without. */
  String json() {
    Map<String, Value> entries = new LinkedHashMap<>();
    entries.put("candidate", Value.of(line));
    entries.put("sdpMid", Value.of(mid));
    entries.put("sdpMLineIndex", Value.of(index));
    entries.put("usernameFragment", fragment.map(Value::of).orElse(Value.NULL));
    return JsonValues.text(Value.of(entries));
  }

  /**
   * Reads one.
   *
   * @throws MalformedSignal also for a host name that is not {@code .local}: looking it up would
   *     tell others about us
   */
  static Candidate parse(String json) {
    if (json.length() > Limits.MAX_CANDIDATE) {
      throw new MalformedSignal("the candidate has " + json.length() + " characters");
    }
    if (!(JsonValues.parse(json).orElse(Value.NULL) instanceof Value.Map(var entries))) {
      throw new MalformedSignal("the candidate is no JSON object");
    }
    if (!(entries.get("candidate") instanceof Value.Text(String line))) {
      throw new MalformedSignal("the candidate has no text");
    }
    String plain = line.startsWith("a=") ? line.substring(2) : line;
    checkLine(plain);
    return new Candidate(
        plain,
        text(entries, "sdpMid").orElse(""),
        index(entries),
        text(entries, "usernameFragment"));
  }

  /** Checks a line that begins with {@code candidate:}. */
  static void checkLine(String line) {
    if (!line.startsWith("candidate:")) {
      throw new MalformedSignal("a candidate begins with 'candidate:'");
    }
    if (!line.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      throw new MalformedSignal("a candidate has odd characters");
    }
    String[] fields = line.split(" ", MIN_FIELDS + 1);
    if (fields.length < MIN_FIELDS || !fields[6].equals("typ")) {
      throw new MalformedSignal("a candidate has too few fields");
    }
    String host = fields[4];
    if (!isIpLiteral(host) && !isLocalName(host)) {
      throw new MalformedSignal("the host of a candidate is a name");
    }
    if (!fields[5].matches("[0-9]{1,5}") || Integer.parseInt(fields[5]) > 65_535) {
      throw new MalformedSignal("the port of a candidate is no port");
    }
  }

  private static boolean isIpLiteral(String host) {
    return host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
        || (host.length() <= 45 && host.contains(":") && host.matches("[0-9A-Fa-f:.]+"));
  }

  /** A random name that a browser announces by mDNS in place of its address. */
  private static boolean isLocalName(String host) {
    return host.length() <= 80 && host.matches("[0-9A-Za-z-]+\\.local");
  }

  private static Optional<String> text(Map<String, Value> entries, String name) {
    Value value = entries.getOrDefault(name, Value.NULL);
    return switch (value) {
      case Value.Text(String text)
          when text.length() <= 256 && text.chars().allMatch(c -> c > ' ' && c < 0x7F) ->
          Optional.of(text);
      case Value.Null _ -> Optional.empty();
      case Value.Text _,
          Value.Bool _,
          Value.Int _,
          Value.Float _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          throw new MalformedSignal(name + " of the candidate is no short text");
    };
  }

  private static int index(Map<String, Value> entries) {
    Value value = entries.getOrDefault("sdpMLineIndex", Value.NULL);
    return switch (value) {
      case Value.Int(long number) when number >= 0 && number <= MAX_INDEX -> (int) number;
      case Value.Float(double number)
          when number >= 0 && number <= MAX_INDEX && number == Math.rint(number) ->
          (int) number;
      case Value.Null _ -> 0;
      case Value.Int _,
          Value.Float _,
          Value.Text _,
          Value.Bool _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          throw new MalformedSignal("sdpMLineIndex of the candidate is no small number");
    };
  }
}
