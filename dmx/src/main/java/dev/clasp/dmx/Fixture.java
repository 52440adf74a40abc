package dev.clasp.dmx;

/**
 * A fixture at its place.
 *
 * @param name as in addresses: {@code spot1}
 * @param address its first channel, 1 to 512
 */
public record Fixture(String name, int universe, int address, FixtureProfile profile) {

  /** Slot of an offset, 0 to 511. */
  int slot(int offset) {
    return address - 1 + offset;
  }
}
