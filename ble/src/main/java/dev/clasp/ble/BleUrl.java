package dev.clasp.ble;

import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL of a peripheral: {@code ble:AA:BB:CC:DD:EE:FF}, {@code ble:name} or {@code ble:*}, with
 * {@code ?adapter=hci0&scan=5s&all=yes&write=request&bus=unix:path=/run/...}.
 *
 * @param target address in capitals, or part of a name; empty = the first that has the service
 * @param adapter to use; empty = the first one
 * @param scan how long to look for the device
 * @param all consider devices too that do not advertise the service
 * @param write how frames are written
 * @param bus address of the D-Bus; empty = the system's
 */
record BleUrl(
    String target,
    Optional<String> adapter,
    Duration scan,
    boolean all,
    WriteMode write,
    Optional<String> bus) {

  static final String EXAMPLE = "ble:AA:BB:CC:DD:EE:FF";

  /** As long as the reference scans. */
  static final Duration DEFAULT_SCAN = Duration.ofSeconds(5);

  private static final Pattern ADDRESS = Pattern.compile("[0-9A-F]{2}(:[0-9A-F]{2}){5}");
  private static final Pattern ADAPTER = Pattern.compile("hci[0-9]{1,3}");
  private static final Pattern SCAN = Pattern.compile("([0-9]{1,6})(ms|s)");

  /** Longest name that a Bluetooth device can have. */
  private static final int MAX_NAME = 248;

  /**
   * Reads one.
   *
   * @throws TransportException of kind BAD_URL
   */
  static BleUrl of(URI uri) {
    String rest = uri.getRawSchemeSpecificPart();
    int question = rest.indexOf('?');
    String target = decoded(uri, question < 0 ? rest : rest.substring(0, question));
    String upper = target.toUpperCase(Locale.ROOT);
    if (target.contains("/")) {
      throw unusable(uri, "there is no '/' in it, as in " + EXAMPLE + " or ble:name");
    }
    if (target.length() > MAX_NAME) {
      throw unusable(uri, "no device has a name of more than " + MAX_NAME + " letters");
    }
    BleUrl url =
        new BleUrl(
            target.equals("*") ? "" : isAddress(upper) ? upper : target,
            Optional.empty(),
            DEFAULT_SCAN,
            false,
            WriteMode.COMMAND,
            Optional.empty());
    if (question >= 0) {
      for (String pair : rest.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 0) {
          throw unusable(uri, "'" + pair + "' is no name=value");
        }
        url = url.with(uri, pair.substring(0, equals), decoded(uri, pair.substring(equals + 1)));
      }
    }
    return url;
  }

  private BleUrl with(URI uri, String name, String value) {
    return switch (name) {
      case "adapter" -> {
        if (!ADAPTER.matcher(value).matches()) {
          throw unusable(uri, "adapter is a name such as hci0, not '" + value + "'");
        }
        yield new BleUrl(target, Optional.of(value), scan, all, write, bus);
      }
      case "scan" -> new BleUrl(target, adapter, duration(uri, value), all, write, bus);
      case "all" -> new BleUrl(target, adapter, scan, yes(uri, value), write, bus);
      case "write" ->
          new BleUrl(
              target,
              adapter,
              scan,
              all,
              WriteMode.of(value)
                  .orElseThrow(
                      () -> unusable(uri, "write is command or request, not '" + value + "'")),
              bus);
      case "bus" -> new BleUrl(target, adapter, scan, all, write, Optional.of(value));
      default -> throw unusable(uri, "'" + name + "' is none of adapter, scan, all, write, bus");
    };
  }

  private static Duration duration(URI uri, String value) {
    Matcher matcher = SCAN.matcher(value);
    long millis = 0;
    if (matcher.matches()) {
      millis = Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("s") ? 1000 : 1);
    }
    if (millis < 1 || millis > 600_000) {
      throw unusable(uri, "scan is a time up to 600s, such as 5s or 500ms, not '" + value + "'");
    }
    return Duration.ofMillis(millis);
  }

  private static boolean yes(URI uri, String value) {
    return switch (value) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw unusable(uri, "all is yes or no, not '" + value + "'");
    };
  }

  private static String decoded(URI uri, String raw) {
    try {
      // A plus is a plus here; forms are where it would be a space.
      return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw unusable(uri, "behind a '%' there are two hexadecimal digits");
    }
  }

  private static TransportException unusable(URI uri, String why) {
    return new TransportException(Kind.BAD_URL, "cannot use " + uri + ": " + why);
  }

  /** Six bytes in capitals? */
  static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  /** Is the target an address? It need not advertise the service then. */
  boolean byAddress() {
    return isAddress(target);
  }

  /** Is this the device? */
  boolean matches(Device device) {
    if (byAddress()) {
      return device.address().equalsIgnoreCase(target);
    }
    return (all || device.advertises())
        && device.name().toLowerCase(Locale.ROOT).contains(target.toLowerCase(Locale.ROOT));
  }

  /** For messages. */
  String wanted() {
    return target.isEmpty()
        ? "a device that advertises CLASP"
        : byAddress() ? target : "a device called '" + target + "'";
  }
}
