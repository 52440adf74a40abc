package dev.clasp.dmx;

import dev.clasp.bridge.spi.BridgeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Slots of a universe beside each other: {@code 1/5}, {@code 1/1-24}, or {@code 1} for all.
 *
 * @param first channel, 1 to 512
 * @param last channel, included
 */
public record SlotRange(int universe, int first, int last) {

  private static final Pattern TEXT =
      Pattern.compile("/?(\\d{1,5})(?:/(\\d{1,3})(?:-(\\d{1,3}))?)?");

  /**
   * Reads one.
   *
   * @throws BridgeException (lasting) it is none
   */
  static SlotRange parse(String text, String where, DmxPath.Form form) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (matcher.matches()) {
      int universe = Integer.parseInt(matcher.group(1));
      int first = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      int last =
          matcher.group(2) == null
              ? Dmx.SLOTS
              : matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3));
      if (form.has(universe) && first >= 1 && first <= last && last <= Dmx.SLOTS) {
        return new SlotRange(universe, first, last);
      }
    }
    throw BridgeException.lasting(
        where + ": " + text + " are no slots; write 1/5, 1/1-24, or 1 for all of a universe");
  }
}
