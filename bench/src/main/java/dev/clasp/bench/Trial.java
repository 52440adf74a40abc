package dev.clasp.bench;

/**
 * One case of a scenario: something that can be measured again and again, against any side.
 *
 * @param variant which case; may be empty
 */
record Trial(Scenario scenario, String variant, Measurement measurement) {

  /** Measures once. */
  @FunctionalInterface
  interface Measurement {
    /**
     * @param rig sessions of this run only
     * @param figures takes the results
     * @throws BenchException with a sentence for the user
     */
    void measure(Rig rig, Figures figures);
  }

  /** For progress messages. */
  String title() {
    return variant.isEmpty() ? scenario.key() : scenario.key() + " " + variant;
  }
}
