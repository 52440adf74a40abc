package dev.clasp.server;

/**
 * Takes what something measures, for {@code /metrics}. For the call only.
 *
 * <p>Labels are {@code name=value}, several with commas; values have neither comma nor equals sign,
 * and there is a bound to how many there are.
 */
public interface Measures {

  /**
   * A total since start.
   *
   * @param series ends with {@code _total}
   */
  void counter(String series, String labels, String help, double value);

  /** An amount now. */
  void gauge(String series, String labels, String help, double value);
}
