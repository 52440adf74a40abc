package dev.clasp.discovery;

/**
 * How long others may remember what is announced, in seconds (RFC 6762 section 10). Immutable.
 *
 * @param host address and port: who does not say goodbye is missed after so long
 * @param other name and text
 */
public record MdnsTimes(int host, int other) {

  /** What the standard recommends. */
  public static final MdnsTimes DEFAULT = new MdnsTimes(120, 4500);

  public MdnsTimes {
    if (host < 1 || other < 1) {
      throw new IllegalArgumentException("times must be at least 1 s");
    }
  }
}
