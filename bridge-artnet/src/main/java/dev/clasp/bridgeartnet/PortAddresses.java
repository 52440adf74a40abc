package dev.clasp.bridgeartnet;

import dev.clasp.bridge.spi.BridgeException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of port-addresses as people write them: {@code 5}, {@code 0-3}, {@code 0/1/2}. */
final class PortAddresses {

  private static final Pattern NUMBER = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
  private static final Pattern PARTS = Pattern.compile("(\\d{1,3})/(\\d{1,2})/(\\d{1,2})");

  /** A bridge with more is a mistake. */
  private static final int MAX = 1_024;

  private PortAddresses() {}

  static SortedSet<Integer> parse(String setting, List<String> texts) {
    SortedSet<Integer> all = new TreeSet<>();
    for (String text : texts) {
      Matcher number = NUMBER.matcher(text);
      Matcher parts = PARTS.matcher(text);
      if (number.matches()) {
        int first = Integer.parseInt(number.group(1));
        int last = number.group(2) == null ? first : Integer.parseInt(number.group(2));
        if (last > ArtNetPacket.MAX_PORT_ADDRESS || first > last || last - first >= MAX) {
          throw wrong(setting, text);
        }
        for (int each = first; each <= last; each++) {
          all.add(each);
        }
      } else if (parts.matches()) {
        int net = Integer.parseInt(parts.group(1));
        int subNet = Integer.parseInt(parts.group(2));
        int universe = Integer.parseInt(parts.group(3));
        if (net > 127 || subNet > 15 || universe > 15) {
          throw wrong(setting, text);
        }
        all.add(net << 8 | subNet << 4 | universe);
      } else {
        throw wrong(setting, text);
      }
    }
    if (all.size() > MAX) {
      throw BridgeException.lasting(setting + ": at most " + MAX + " universes, not " + all.size());
    }
    return all;
  }

  private static BridgeException wrong(String setting, String text) {
    return BridgeException.lasting(
        setting
            + ": "
            + text
            + " is no universe; write a port-address from 0 to 32767, a range as 0-3 (at most "
            + MAX
            + "), or net/subnet/universe as 0/1/2");
  }
}
