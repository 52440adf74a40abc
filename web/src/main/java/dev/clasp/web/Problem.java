package dev.clasp.web;

import dev.clasp.client.ClaspException;
import dev.clasp.protocol.ErrorCode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What went wrong, for a program of the web: the one table from failures of the router and of the
 * client to statuses of HTTP (RFC 9110, RFC 9457).
 *
 * @param status of HTTP
 * @param type short name that programs may look for: {@code revision-conflict}
 * @param detail a sentence: what was wrong, where, what to do; never a token
 * @param address that it is about
 * @param code of the router, see {@link ErrorCode}
 * @param retryAfterSeconds when it makes sense to try again
 */
public record Problem(
    int status,
    String type,
    String detail,
    Optional<String> address,
    OptionalInt code,
    OptionalInt retryAfterSeconds) {

  /** The router forgets a client that asks too fast within a second. */
  private static final int SOON = 1;

  /** A router that is away comes back in its own time. */
  private static final int LATER = 5;

  public static Problem of(int status, String type, String detail) {
    return new Problem(
        status, type, detail, Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  public static Problem badRequest(String detail) {
    return of(400, "bad-request", detail);
  }

  /** Too much at a time; the same will work later. */
  public static Problem overloaded(String detail) {
    return of(503, "overloaded", detail).retryAfter(SOON);
  }

  public static Problem tooMany(String detail) {
    return of(429, "too-many-requests", detail).retryAfter(SOON);
  }

  public static Problem away(String detail) {
    return of(503, "router-away", detail).retryAfter(LATER);
  }

  public Problem retryAfter(int seconds) {
    return new Problem(status, type, detail, address, code, OptionalInt.of(seconds));
  }

  public Problem at(String value) {
    return new Problem(status, type, detail, Optional.of(value), code, retryAfterSeconds);
  }

  /** The name of the status, for people. */
  public String title() {
    return switch (status) {
      case 400 -> "Bad request";
      case 401 -> "Token required";
      case 403 -> "Forbidden";
      case 404 -> "Not found";
      case 405 -> "Method not allowed";
      case 406 -> "Not acceptable";
      case 412 -> "Precondition failed";
      case 413 -> "Too large";
      case 415 -> "Unsupported media type";
      case 422 -> "Value not allowed";
      case 423 -> "Locked";
      case 429 -> "Too many requests";
      case 500 -> "Internal error";
      case 502 -> "The router refused";
      case 503 -> "Not available now";
      case 504 -> "No answer in time";
      case 507 -> "The router is full";
      default -> "Error";
    };
  }

  /** What an operation, or opening a session, has failed with. */
  public static Problem of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case ProblemException e -> e.problem();
      case ClaspException e -> of(e);
      default -> of(500, "internal", "the request could not be carried out: internal error");
    };
  }

  private static Problem of(ClaspException e) {
    String text = e.getMessage();
    return switch (e.kind()) {
      case UNREACHABLE -> away("the router cannot be reached: " + text);
      case CLOSED -> away("the connection to the router is lost: " + text);
      case TIMEOUT -> of(504, "timeout", "the router did not answer: " + text).retryAfter(LATER);
      case INTERRUPTED -> away("this server is stopping");
      case OVERFLOW -> overloaded("too much waits for the router: " + text);
      case INVALID -> badRequest(text);
      case REFUSED, REJECTED -> {
        int code = e.code().orElse(ErrorCode.UNAUTHORIZED);
        Problem problem = ofRouter(code, text);
        yield e.address().map(problem::at).orElse(problem);
      }
    };
  }

  /** What the router answers with an ERROR. */
  public static Problem ofRouter(int code, String text) {
    Problem plain =
        switch (code) {
          case ErrorCode.BAD_PATTERN -> of(400, "bad-pattern", text);
          case ErrorCode.UNAUTHORIZED -> of(401, "unauthorized", text);
          case ErrorCode.TOKEN_EXPIRED -> of(401, "token-expired", text);
          case ErrorCode.FORBIDDEN, ErrorCode.BUNDLE_FORBIDDEN -> of(403, "forbidden", text);
          case ErrorCode.LOCK_HELD -> of(423, "locked", text);
          case ErrorCode.INVALID_VALUE -> of(422, "value-not-allowed", text);
          case ErrorCode.NOT_FOUND -> of(404, "not-found", text);
          case ErrorCode.TOO_MANY -> tooMany(text);
          case ErrorCode.OVERFLOW -> overloaded(text);
          case ErrorCode.UNAVAILABLE -> of(503, "unavailable", text).retryAfter(LATER);
          case ErrorCode.BAD_REQUEST -> refused(text);
          default -> code >= 500 ? of(502, "router-error", text) : of(400, "refused", text);
        };
    return new Problem(
        plain.status,
        plain.type,
        plain.detail,
        plain.address,
        OptionalInt.of(code),
        plain.retryAfterSeconds);
  }

  /** Code 400 stands for several things; the first word says which. */
  private static Problem refused(String text) {
    if (text.contains("RevisionConflict")) {
      return of(412, "revision-conflict", text + ". Read it again and decide anew");
    }
    if (text.contains("AtCapacity")) {
      return of(507, "router-full", text);
    }
    if (text.contains("ValueTooLarge")) {
      return of(413, "too-large", text);
    }
    if (text.contains("OutOfRange")) {
      return of(422, "value-not-allowed", text);
    }
    if (text.contains("ConflictRejected")) {
      return of(409, "conflict", text);
    }
    return of(400, "refused", text);
  }
}
