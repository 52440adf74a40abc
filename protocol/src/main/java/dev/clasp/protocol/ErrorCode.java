package dev.clasp.protocol;

/**
 * Codes of the ERROR message that our router sends (wire.md 10, design D2-D8). Peers may send any
 * other number.
 */
public final class ErrorCode {

  public static final int BAD_PATTERN = 202;
  public static final int UNAUTHORIZED = 300;
  public static final int FORBIDDEN = 301;
  public static final int TOKEN_EXPIRED = 302;

  /** Malformed message, invalid address or value, revision conflict, capacity. */
  public static final int BAD_REQUEST = 400;

  public static final int LOCK_HELD = 401;

  /** A value that the token does not allow at this address. */
  public static final int INVALID_VALUE = 402;

  public static final int BUNDLE_FORBIDDEN = 403;
  public static final int NOT_FOUND = 404;
  public static final int TOO_MANY = 429;
  public static final int INTERNAL = 500;
  public static final int UNAVAILABLE = 501;

  /** The receiver reads too slowly and messages were dropped. */
  public static final int OVERFLOW = 503;

  private ErrorCode() {}

  /** Short name of a code, by range for codes we do not know: for logs and terminals. */
  public static String describe(int code) {
    return switch (code) {
      case BAD_PATTERN -> "bad pattern";
      case UNAUTHORIZED -> "unauthorized";
      case FORBIDDEN -> "forbidden";
      case TOKEN_EXPIRED -> "token expired";
      case BAD_REQUEST -> "refused";
      case LOCK_HELD -> "lock held";
      case INVALID_VALUE -> "value not allowed";
      case BUNDLE_FORBIDDEN -> "bundle forbidden";
      case NOT_FOUND -> "not found";
      case TOO_MANY -> "too many";
      case INTERNAL -> "internal error";
      case UNAVAILABLE -> "unavailable";
      case OVERFLOW -> "receiver too slow";
      default ->
          switch (code / 100) {
            case 1 -> "protocol error";
            case 2 -> "address error";
            case 3 -> "permission error";
            case 4 -> "request error";
            case 5 -> "server error";
            default -> "error";
          };
    };
  }
}
