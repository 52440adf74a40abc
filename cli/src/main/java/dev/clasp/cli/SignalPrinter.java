package dev.clasp.cli;

import dev.clasp.client.Signal;

/** Turns signals into lines. Not thread-safe. */
interface SignalPrinter {

  /**
   * One line without its end.
   *
   * @param arrivedMicros when it came, Unix time; shown if the signal has no time of its own
   */
  String line(Signal signal, long arrivedMicros);
}
