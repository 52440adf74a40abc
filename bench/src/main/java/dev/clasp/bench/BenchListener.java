package dev.clasp.bench;

/** Hears how far a run is. Called on the thread that called {@link Bench#run}. */
public interface BenchListener {

  /** Hears nothing. */
  BenchListener SILENT = new BenchListener() {};

  /**
   * A measurement starts.
   *
   * @param number from 1
   * @param total measurements of the plan
   * @param what scenario, variant, side and run
   */
  default void started(int number, int total, String what) {}

  /** A measurement is done. */
  default void finished(RunResult result) {}

  /** Something the reader of the results has to know; it is also in the report. */
  default void note(String text) {}
}
