package dev.clasp.security;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who did what, from where, and whether it was allowed (operations.md 12.7). Holds no secret and no
 * value.
 *
 * @param subject whom the token was made for
 * @param tokenId see {@link Identity#tokenId}
 * @param peer address of the client
 * @param session id of the session
 * @param address or pattern that it was about
 * @param code of the ERROR that was sent
 * @param detail for people; what clients chose in it is escaped when it is written
 */
public record AuditEvent(
    Instant at,
    Kind kind,
    Result result,
    Optional<String> subject,
    Optional<String> tokenId,
    Optional<String> peer,
    Optional<String> session,
    Optional<String> address,
    OptionalInt code,
    String detail) {

  /** What it was. */
  public enum Kind {
    /** Somebody did not get in. */
    LOGIN("auth.fail"),
    /** Somebody has tried too often. */
    LIMIT("limit.block"),
    /** A request that the token does not allow. */
    DENIED("authz.denied"),
    SESSION_OPEN("session.open"),
    SESSION_CLOSE("session.close"),
    TOKEN_CREATED("token.create"),
    TOKEN_EXPIRED("token.expire"),
    TOKEN_REVOKED("token.revoke"),
    TOKEN_CHANGED("token.change"),
    /** About a code that a client may get a token for. */
    PAIRING("pairing"),
    LOCK_BREAK("lock.break"),
    /** Somebody looked at or changed something over HTTP. */
    ADMIN("admin"),
    SERVER_START("server.start"),
    /** The settings were read again. */
    RELOAD("config.reload"),
    /** Memory has become short, or is no longer. */
    MEMORY("memory"),
    DRAIN("drain"),
    /** Events that could not be written. */
    LOST("audit.lost");

    private final String id;

    Kind(String id) {
      this.id = id;
    }

    /** The stable name in the file. */
    public String id() {
      return id;
    }
  }

  /** How it ended. */
  public enum Result {
    OK("ok"),
    FAILED("fail"),
    DENIED("denied");

    private final String id;

    Result(String id) {
      this.id = id;
    }

    /** The stable name in the file. */
    public String id() {
      return id;
    }
  }

  /** An event with nothing but this; the rest is added with the {@code with} methods. */
  public static AuditEvent of(Instant at, Kind kind, Result result, String detail) {
    return new AuditEvent(
        at,
        kind,
        result,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        detail);
  }

  /** Who it was: whom the token was made for and its id, if there is one. */
  public AuditEvent withIdentity(Identity identity) {
    return withToken(
        identity.tokenId().isEmpty() ? Optional.empty() : Optional.of(identity.tokenId()),
        identity.subject());
  }

  public AuditEvent withToken(Optional<String> id, Optional<String> newSubject) {
    return new AuditEvent(at, kind, result, newSubject, id, peer, session, address, code, detail);
  }

  public AuditEvent withPeer(String value) {
    return new AuditEvent(
        at, kind, result, subject, tokenId, Optional.of(value), session, address, code, detail);
  }

  public AuditEvent withSession(String value) {
    return new AuditEvent(
        at, kind, result, subject, tokenId, peer, Optional.of(value), address, code, detail);
  }

  public AuditEvent withAddress(Optional<String> value) {
    return new AuditEvent(at, kind, result, subject, tokenId, peer, session, value, code, detail);
  }

  public AuditEvent withDetail(String value) {
    return new AuditEvent(at, kind, result, subject, tokenId, peer, session, address, code, value);
  }

  public AuditEvent withCode(int value) {
    return new AuditEvent(
        at, kind, result, subject, tokenId, peer, session, address, OptionalInt.of(value), detail);
  }
}
