package dev.clasp.discovery;

/** Bytes that are no DNS message. Carries no stack trace: bad input is normal. */
final class DnsFormatException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DnsFormatException(String message) {
    super(message, null, false, false);
  }
}
