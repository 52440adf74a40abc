package dev.clasp.security;

/** The answer to a HELLO. */
public sealed interface Login {

  /** Welcome. */
  record Admitted(Identity identity) implements Login {}

  /**
   * Not welcome.
   *
   * @param errorCode 300 or 302, see {@link dev.clasp.protocol.ErrorCode}; 429 after too many
   *     attempts
   * @param text for the client: short, stable, and telling nothing that helps to guess
   */
  record Refused(int errorCode, String text) implements Login {}
}
