package dev.clasp.client;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An operation that did not succeed. The message is a sentence for the user; it never contains a
 * token.
 */
public final class ClaspException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of failure. */
  public enum Kind {
    /** There is no router where the URI points, or it does not speak CLASP. */
    UNREACHABLE,
    /** No answer in time. The request may have been carried out all the same. */
    TIMEOUT,
    /** The router does not let us in: codes 300 to 302, or it closed with a policy reason. */
    REFUSED,
    /** The router answered the request with an ERROR; {@link #code} and {@link #address} tell. */
    REJECTED,
    /** The client is closed, or not connected, or lost the connection before the answer. */
    CLOSED,
    /** The caller's mistake: bad address, pattern, value, URI or option. Nothing was sent. */
    INVALID,
    /** More is waiting to be sent than the limits of the client allow. Nothing was sent. */
    OVERFLOW,
    /** The thread was interrupted while it waited; its interrupt flag is set. */
    INTERRUPTED
  }

  /** See {@link #kind()}. */
  private final Kind kind;

  /** Of the router; -1 = none. */
  private final int code;

  /** That the router names. */
  private final @Nullable String address;

  /** A failure of this client's own making. */
  public ClaspException(Kind kind, String message) {
    this(kind, message, null);
  }

  /** The same with what caused it. */
  public ClaspException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.code = -1;
    this.address = null;
  }

  ClaspException(Kind kind, String message, int code, @Nullable String address) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.address = address;
  }

  /** The same with the stack of this thread, for one that was made on the loop. */
  ClaspException here() {
    ClaspException copy = new ClaspException(kind, getMessage(), code, address);
    copy.initCause(this);
    return copy;
  }

  /** What kind of failure. */
  public Kind kind() {
    return kind;
  }

  /**
   * The router's code, see {@link dev.clasp.protocol.ErrorCode}; empty when no ERROR is behind
   * this.
   */
  public OptionalInt code() {
    return code < 0 ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** The address or pattern that the router's ERROR names. */
  public Optional<String> address() {
    return Optional.ofNullable(address);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
