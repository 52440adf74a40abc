package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.util.Map;

/**
 * What can be said of a port of plain bytes under {@code options}. Immutable.
 *
 * @param rate bytes a second, 0 for no bound
 * @param runningStatus leave out a status byte that is the same as before
 */
record RawOptions(int rate, boolean runningStatus) {

  private static final int MAX_RATE = 10_000_000;

  /**
   * @param standardRate if none is given
   * @throws BridgeException lasting
   */
  static RawOptions of(Map<String, Value> options, int standardRate) {
    int rate = standardRate;
    boolean runningStatus = false;
    for (Map.Entry<String, Value> option : options.entrySet()) {
      switch (option.getKey()) {
        case "rate" -> {
          if (!(option.getValue() instanceof Value.Int whole)
              || whole.value() < 0
              || whole.value() > MAX_RATE) {
            throw BridgeException.lasting(
                "rate must be bytes a second, 1 to "
                    + MAX_RATE
                    + ", or 0 for no bound; a DIN cable has "
                    + PacedLine.DIN_RATE);
          }
          rate = (int) whole.value();
        }
        case "running_status" -> {
          if (!(option.getValue() instanceof Value.Bool flag)) {
            throw BridgeException.lasting("running_status must be true or false");
          }
          runningStatus = flag.value();
        }
        default ->
            throw BridgeException.lasting(
                "there is no option " + option.getKey() + "; there are rate, running_status");
      }
    }
    return new RawOptions(rate, runningStatus);
  }
}
