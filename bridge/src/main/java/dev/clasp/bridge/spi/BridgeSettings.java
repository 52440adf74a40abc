package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of one bridge, checked: every value has the kind that the protocol declared, and
 * nothing is there that it did not. Immutable.
 */
public final class BridgeSettings {

  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h)");

  private final Map<String, Value> values;

  private BridgeSettings(Map<String, Value> values) {
    this.values = values;
  }

  /**
   * Checks what a user has given.
   *
   * @throws BridgeException (lasting) names the setting and what it takes
   */
  public static BridgeSettings of(List<BridgeSetting> declared, Map<String, Value> given) {
    Map<String, Value> values = new LinkedHashMap<>();
    for (BridgeSetting setting : declared) {
      Value value = given.getOrDefault(setting.name(), Value.NULL);
      Value taken = value.equals(Value.NULL) ? setting.standard() : value;
      if (!taken.equals(Value.NULL)) {
        values.put(setting.name(), checked(setting, taken));
      }
    }
    for (String name : given.keySet()) {
      if (declared.stream().noneMatch(setting -> setting.name().equals(name))) {
        throw BridgeException.lasting(
            "there is no setting "
                + name
                + "; there are "
                + String.join(", ", declared.stream().map(BridgeSetting::name).toList()));
      }
    }
    return new BridgeSettings(values);
  }

  private static Value checked(BridgeSetting setting, Value value) {
    return switch (setting.kind()) {
      case TREE -> value;
      case TEXT, SECRET -> text(setting, value);
      case ENDPOINT ->
          value instanceof Value.Int port ? endpoint(setting, port) : text(setting, value);
      case SWITCH -> flag(setting, value);
      case INTEGER -> integer(setting, value);
      case NUMBER -> number(setting, value);
      case DURATION -> duration(setting, value);
      case CHOICE -> choice(setting, value);
      case LIST -> list(setting, value);
    };
  }

  private static Value text(BridgeSetting setting, Value value) {
    if (value instanceof Value.Text) {
      return value;
    }
    throw refusal(setting, "text", value);
  }

  private static Value endpoint(BridgeSetting setting, Value.Int port) {
    if (port.value() < 0 || port.value() > 65_535) {
      throw refusal(setting, "a port from 0 to 65535", port);
    }
    return Value.of(":" + port.value());
  }

  private static Value flag(BridgeSetting setting, Value value) {
    if (value instanceof Value.Bool) {
      return value;
    }
    if (value instanceof Value.Text text) {
      switch (text.value()) {
        case "true", "on", "yes" -> {
          return Value.TRUE;
        }
        case "false", "off", "no" -> {
          return Value.FALSE;
        }
        default -> {}
      }
    }
    throw refusal(setting, "true or false", value);
  }

  private static Value integer(BridgeSetting setting, Value value) {
    if (value instanceof Value.Int) {
      return value;
    }
    if (value instanceof Value.Text text) {
      try {
        return Value.of(Long.parseLong(text.value()));
      } catch (NumberFormatException e) {
        // Told below.
      }
    }
    throw refusal(setting, "a whole number", value);
  }

  private static Value number(BridgeSetting setting, Value value) {
    double number =
        switch (value) {
          case Value.Int whole -> whole.value();
          case Value.Float real -> real.value();
          case Value.Text text -> parse(text.value());
          default -> Double.NaN;
        };
    if (!Double.isFinite(number)) {
      throw refusal(setting, "a number", value);
    }
    return Value.of(number);
  }

  private static double parse(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Kept in nanoseconds. */
  private static Value duration(BridgeSetting setting, Value value) {
    double seconds = Double.NaN;
    if (value instanceof Value.Text text) {
      Matcher matcher = DURATION.matcher(text.value());
      if (matcher.matches()) {
        double unit =
            switch (matcher.group(2)) {
              case "us" -> 1e-6;
              case "ms" -> 1e-3;
              case "s" -> 1;
              case "m" -> 60;
              default -> 3600;
            };
        seconds = Double.parseDouble(matcher.group(1)) * unit;
      } else {
        seconds = parse(text.value());
      }
    } else if (value instanceof Value.Int whole) {
      seconds = whole.value();
    } else if (value instanceof Value.Float real) {
      seconds = real.value();
    }
    if (!(seconds >= 0 && seconds <= 1e9)) {
      throw refusal(setting, "a time like 250ms, 5s or 2m", value);
    }
    return Value.of(Math.round(seconds * 1e9));
  }

  private static Value choice(BridgeSetting setting, Value value) {
    if (value instanceof Value.Text text && setting.choices().contains(text.value())) {
      return value;
    }
    throw refusal(setting, "one of " + String.join(", ", setting.choices()), value);
  }

  private static Value list(BridgeSetting setting, Value value) {
    List<Value> items = new ArrayList<>();
    switch (value) {
      case Value.Text text -> {
        for (String part : text.value().split(",", -1)) {
          if (!part.isBlank()) {
            items.add(Value.of(part.strip()));
          }
        }
      }
      case Value.Array array -> {
        for (Value item : array.values()) {
          items.add(
              item instanceof Value.Int whole ? Value.of("" + whole.value()) : text(setting, item));
        }
      }
      case Value.Int whole -> items.add(Value.of("" + whole.value()));
      default -> throw refusal(setting, "a list of texts", value);
    }
    return new Value.Array(items);
  }

  private static BridgeException refusal(BridgeSetting setting, String wanted, Value value) {
    String shown = setting.kind() == BridgeSetting.Kind.SECRET ? "" : ", not " + value;
    return BridgeException.lasting(setting.name() + " must be " + wanted + shown);
  }

  // --- reading -----------------------------------------------------------------------------------

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Text, choice or endpoint. */
  public Optional<String> text(String name) {
    return values.get(name) instanceof Value.Text text
        ? Optional.of(text.value())
        : Optional.empty();
  }

  public boolean on(String name) {
    return Value.TRUE.equals(values.get(name));
  }

  public OptionalLong integer(String name) {
    return values.get(name) instanceof Value.Int whole
        ? OptionalLong.of(whole.value())
        : OptionalLong.empty();
  }

  /**
   * One that has a standard value.
   *
   * @throws BridgeException (lasting) it is out of its range
   */
  public int whole(String name, int least, int most) {
    long number = integer(name).orElseThrow();
    if (number < least || number > most) {
      throw BridgeException.lasting(
          name + " must be from " + least + " to " + most + ", not " + number);
    }
    return (int) number;
  }

  public OptionalDouble number(String name) {
    return values.get(name) instanceof Value.Float real
        ? OptionalDouble.of(real.value())
        : OptionalDouble.empty();
  }

  public Optional<Duration> duration(String name) {
    return values.get(name) instanceof Value.Int nanos
        ? Optional.of(Duration.ofNanos(nanos.value()))
        : Optional.empty();
  }

  /** Empty if there is none. */
  public List<String> list(String name) {
    return values.get(name) instanceof Value.Array array
        ? array.values().stream().map(item -> ((Value.Text) item).value()).toList()
        : List.of();
  }

  /** {@link Value#NULL} if there is none. */
  public Value tree(String name) {
    return values.getOrDefault(name, Value.NULL);
  }
}
