package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtTimeCode;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTrigger;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Time codes and triggers as values, and back. */
final class ShowSignals {

  static final String TIME_CODE = "/timecode";
  static final String TRIGGER = "/trigger";

  /** By ArtTimeCode's type. */
  private static final List<Double> RATES = List.of(24.0, 25.0, 29.97, 30.0);

  private static final List<String> KEYS = List.of("ascii", "macro", "soft", "show");
  private static final int ANY_OEM = 0xFFFF;
  private static final Pattern TIME =
      Pattern.compile("(\\d{1,2}):(\\d{1,2}):(\\d{1,2})[:;.](\\d{1,2})");

  private ShowSignals() {}

  static Value value(ArtTimeCode time) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put(
        "time",
        Value.of(
            "%02d:%02d:%02d:%02d"
                .formatted(time.hours(), time.minutes(), time.seconds(), time.frames())));
    map.put("rate", Value.of(RATES.get(time.type())));
    map.put("stream", Value.of(time.stream()));
    return Value.of(map);
  }

  /** {@code "01:02:03:04"} with 30 frames a second, or a map as they come in. */
  static Optional<ArtTimeCode> timeCode(Value value) {
    if (value instanceof Value.Text(String text)) {
      return time(text, 3, 0);
    }
    if (!(value instanceof Value.Map(var entries))
        || !(entries.get("time") instanceof Value.Text(String text))) {
      return Optional.empty();
    }
    double rate =
        switch (entries.getOrDefault("rate", Value.of(30))) {
          case Value.Int(long whole) -> whole;
          case Value.Float(double real) -> real;
          default -> 0;
        };
    int type = RATES.indexOf(rate);
    return type < 0 ? Optional.empty() : time(text, type, octet(entries.get("stream"), 0));
  }

  private static Optional<ArtTimeCode> time(String text, int type, int stream) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches() || stream < 0) {
      return Optional.empty();
    }
    int hours = Integer.parseInt(matcher.group(1));
    int minutes = Integer.parseInt(matcher.group(2));
    int seconds = Integer.parseInt(matcher.group(3));
    int frames = Integer.parseInt(matcher.group(4));
    return hours < 24 && minutes < 60 && seconds < 60 && frames < Math.ceil(RATES.get(type))
        ? Optional.of(new ArtTimeCode(stream, hours, minutes, seconds, frames, type))
        : Optional.empty();
  }

  static Value value(ArtTrigger trigger) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put(
        "key",
        trigger.key() < KEYS.size() ? Value.of(KEYS.get(trigger.key())) : Value.of(trigger.key()));
    map.put("sub_key", Value.of(trigger.subKey()));
    if (trigger.oem() != ANY_OEM) {
      map.put("oem", Value.of(trigger.oem()));
    }
    int used = trigger.data().length;
    while (used > 0 && trigger.data()[used - 1] == 0) {
      used--;
    }
    if (used > 0) {
      map.put("data", Value.of(java.util.Arrays.copyOf(trigger.data(), used)));
    }
    return Value.of(map);
  }

  /** A map as they come in: {@code {"key": "show", "sub_key": 3}}. */
  static Optional<ArtTrigger> trigger(Value value) {
    if (!(value instanceof Value.Map(var entries))) {
      return Optional.empty();
    }
    int key =
        entries.get("key") instanceof Value.Text(String name)
            ? KEYS.indexOf(name)
            : octet(entries.get("key"), -1);
    int subKey = octet(entries.get("sub_key"), 0);
    int oem =
        entries.get("oem") instanceof Value.Int(long number) && number >= 0 && number <= ANY_OEM
            ? (int) number
            : ANY_OEM;
    byte[] data =
        entries.get("data") instanceof Value.Bytes bytes && bytes.length() <= 512
            ? bytes.value()
            : new byte[0];
    return key < 0 || subKey < 0
        ? Optional.empty()
        : Optional.of(new ArtTrigger(oem, key, subKey, data));
  }

  /** 0 to 255; -1 if it is something else. */
  private static int octet(@org.jspecify.annotations.Nullable Value value, int otherwise) {
    if (value == null) {
      return otherwise;
    }
    return value instanceof Value.Int(long number) && number >= 0 && number <= 255
        ? (int) number
        : -1;
  }
}
