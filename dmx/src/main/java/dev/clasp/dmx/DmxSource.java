package dev.clasp.dmx;

/**
 * Somebody who sends a universe, made once and kept as long as it is there: sources are the same
 * only if they are the same object. Thread-safe.
 */
public final class DmxSource {

  private final String id;
  private final String address;
  private volatile String name;

  /**
   * @param id names it in addresses: no slash, no wildcard
   * @param name as it calls itself; may be empty
   * @param address where it sends from, for people
   */
  public DmxSource(String id, String name, String address) {
    this.id = id;
    this.name = name;
    this.address = address;
  }

  public String id() {
    return id;
  }

  public String name() {
    return name;
  }

  public String address() {
    return address;
  }

  /** It calls itself differently now. */
  public void rename(String to) {
    name = to;
  }

  @Override
  public String toString() {
    return name.isEmpty() ? address : name + " (" + address + ")";
  }
}
