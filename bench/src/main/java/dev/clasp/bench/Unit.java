package dev.clasp.bench;

/** What a figure is measured in. */
public enum Unit {
  PER_SECOND("1/s"),
  NANOSECONDS("ns"),
  MICROSECONDS("us"),
  SECONDS("s"),
  BYTES("B"),
  PERCENT("%"),
  COUNT("");

  private final String symbol;

  Unit(String symbol) {
    this.symbol = symbol;
  }

  /** As in tables and files; empty for a plain count. */
  public String symbol() {
    return symbol;
  }
}
