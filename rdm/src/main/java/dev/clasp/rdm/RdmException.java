package dev.clasp.rdm;

/** Bytes that are no RDM message, or a message that cannot be built; says what is wrong. */
public final class RdmException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RdmException(String message) {
    super(message);
  }
}
