package dev.clasp.rdm;

/** What became of a request. */
public sealed interface RdmOutcome {

  /**
   * Done.
   *
   * @param data of all pieces
   */
  record Answered(byte[] data) implements RdmOutcome {}

  /**
   * The device does not want to.
   *
   * @param reason see {@link NackReason}
   */
  record Refused(int reason) implements RdmOutcome {

    /** For people. */
    public String meaning() {
      return NackReason.of(reason)
          .map(NackReason::meaning)
          .orElse("it gives the reason " + reason + ", which E1.20 does not know");
    }
  }

  /** No answer, or none that can be read. */
  record Silent() implements RdmOutcome {}
}
