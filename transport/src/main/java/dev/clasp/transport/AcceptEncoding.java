package dev.clasp.transport;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Which content codings a client takes (RFC 9110 section 12.5.3). Immutable.
 *
 * <p>A coding that the header does not name has the weight of {@code *}, and without that none.
 */
public final class AcceptEncoding {

  private final Map<String, Double> weights = new HashMap<>();

  private AcceptEncoding() {}

  /**
   * @param header its value; several headers joined with commas; empty for none. What is no weight
   *     counts as 0.
   */
  public static AcceptEncoding of(String header) {
    AcceptEncoding accepted = new AcceptEncoding();
    for (String item : header.split(",", -1)) {
      String[] parts = item.split(";", 2);
      String coding = parts[0].trim().toLowerCase(Locale.ROOT);
      accepted.weights.put(
          coding.equals("x-gzip") ? "gzip" : coding, parts.length == 1 ? 1 : weight(parts[1]));
    }
    return accepted;
  }

  /** From 0, for one that must not be used, to 1. */
  public double weight(Coding coding) {
    return weights.getOrDefault(coding.token, weights.getOrDefault("*", 0.0));
  }

  /** {@code q=0.5}. */
  private static double weight(String parameter) {
    String text = parameter.trim().toLowerCase(Locale.ROOT);
    if (!text.matches("q=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
      return 0;
    }
    return Double.parseDouble(text.substring(2));
  }

  /** A way to make a body smaller. */
  public enum Coding {
    /** Browsers take it from a secure origin and from their own machine only (RFC 7932). */
    BROTLI("br", ".br"),
    GZIP("gzip", ".gz"),
    DEFLATE("deflate", ".zz");

    private final String token;
    private final String suffix;

    Coding(String token, String suffix) {
      this.token = token;
      this.suffix = suffix;
    }

    /** As in {@code Content-Encoding}. */
    public String token() {
      return token;
    }

    /** Of files that are kept in it. */
    public String suffix() {
      return suffix;
    }
  }
}
