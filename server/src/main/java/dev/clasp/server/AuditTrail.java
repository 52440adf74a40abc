package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.router.MemoryPressure;
import dev.clasp.router.spi.Witness;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import dev.clasp.security.Ending;
import dev.clasp.security.Identity;
import dev.clasp.security.LoginReport;
import dev.clasp.security.PairingEvent;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What happens in the parts of a server, as events for the audit log. Never blocks as long as the
 * log does not. Thread-safe.
 *
 * <p>Who came in is told when the session begins, so that every look at a token by a page that asks
 * for the status each second is not a line.
 *
 * @param log where the events go
 */
public record AuditTrail(Consumer<AuditEvent> log, InstantSource clock) implements Witness {

  private AuditEvent event(Kind kind, Result result, String detail) {
    return AuditEvent.of(clock.instant(), kind, result, detail);
  }

  private AuditEvent event(Kind kind, Result result, Party party, String detail) {
    return event(kind, result, detail)
        .withIdentity(party.identity())
        .withPeer(party.peer())
        .withSession(party.session());
  }

  // --- sessions ----------------------------------------------------------------------------------

  @Override
  public void began(Party party) {
    log.accept(
        event(Kind.SESSION_OPEN, Result.OK, party, party.transport() + ", name " + party.name()));
  }

  @Override
  public void ended(Party party, Optional<CloseReason> reason) {
    String why = reason.map(r -> (r.code() + " " + r.text()).strip()).orElse("another HELLO");
    log.accept(event(Kind.SESSION_CLOSE, Result.OK, party, why));
  }

  @Override
  public void denied(Party party, int code, String text, Optional<String> address) {
    log.accept(event(Kind.DENIED, Result.DENIED, party, text).withAddress(address).withCode(code));
  }

  @Override
  public void lockBroken(Party administrator, Party holder, String address) {
    log.accept(
        event(Kind.LOCK_BREAK, Result.OK, administrator, "of session " + holder.session())
            .withAddress(Optional.of(address)));
  }

  // --- tokens ------------------------------------------------------------------------------------

  /** What became of a token that was shown. */
  public void login(LoginReport report) {
    Kind kind =
        switch (report.outcome()) {
          case ADMITTED -> null;
          case NO_TOKEN, INVALID, EXPIRED -> Kind.LOGIN;
          case THROTTLED -> Kind.LIMIT;
        };
    if (kind != null) {
      log.accept(
          AuditEvent.of(report.at(), kind, Result.FAILED, report.detail())
              .withToken(report.tokenId(), report.subject())
              .withPeer(report.peer()));
    }
  }

  /** A token is no longer what it was. */
  public void ending(Ending ending) {
    Kind kind =
        switch (ending.cause()) {
          case EXPIRED -> Kind.TOKEN_EXPIRED;
          case REVOKED -> Kind.TOKEN_REVOKED;
          case CHANGED -> Kind.TOKEN_CHANGED;
        };
    log.accept(
        event(kind, Result.OK, "its sessions end")
            .withToken(Optional.of(ending.tokenId()), Optional.empty()));
  }

  /** Somebody gets, or does not get, a token for a code. */
  void pairing(PairingEvent happened) {
    log.accept(
        switch (happened) {
          case PairingEvent.Shown(var by, var scopes, var lifetime) ->
              event(
                  Kind.PAIRING,
                  Result.OK,
                  "code for "
                      + scopes
                      + " shown for "
                      + lifetime.toSeconds()
                      + " s, asked for by "
                      + by);
          case PairingEvent.Withdrawn(var by) ->
              event(Kind.PAIRING, Result.OK, "code taken back by " + by);
          case PairingEvent.Started(var peer, var name) ->
              event(Kind.PAIRING, Result.OK, "begun by " + name).withPeer(peer);
          case PairingEvent.Failed(var peer, var name, var reason, var left) ->
              event(
                      Kind.PAIRING,
                      Result.FAILED,
                      name + ": " + reason + ", " + left + " attempts left")
                  .withPeer(peer);
          case PairingEvent.Exhausted() ->
              event(Kind.PAIRING, Result.FAILED, "code tried too often, void");
          case PairingEvent.Done(var peer, var name, var tokenId, var scopes) ->
              event(Kind.TOKEN_CREATED, Result.OK, "by pairing, for " + scopes)
                  .withToken(Optional.of(tokenId), Optional.of(name))
                  .withPeer(peer);
        });
  }

  // --- the server --------------------------------------------------------------------------------

  /** Somebody asked over HTTP for what the token does not show. */
  void apiDenied(String path, String peer, int status) {
    log.accept(
        event(Kind.ADMIN, Result.DENIED, "HTTP " + status)
            .withPeer(peer)
            .withAddress(Optional.of(path)));
  }

  /**
   * An administrator asked for something over HTTP.
   *
   * @param what method and path
   */
  void administered(String what, String peer, Identity who, int status) {
    log.accept(
        event(Kind.ADMIN, status < 400 ? Result.OK : Result.FAILED, what + ": HTTP " + status)
            .withIdentity(who)
            .withPeer(peer));
  }

  /** An administrator made a token. */
  void tokenMade(String id, Optional<String> subject, String scopes, Identity who, String peer) {
    log.accept(
        event(
                Kind.TOKEN_CREATED,
                Result.OK,
                "for " + scopes + (who.tokenId().isEmpty() ? "" : ", by " + who.tokenId()))
            .withToken(Optional.of(id), subject)
            .withPeer(peer));
  }

  void started(String where) {
    log.accept(event(Kind.SERVER_START, Result.OK, where));
  }

  /** The settings were read again, or could not be. */
  public void reloaded(boolean worked, String what) {
    log.accept(event(Kind.RELOAD, worked ? Result.OK : Result.FAILED, what));
  }

  /** Memory has become short, or is no longer. */
  void memory(MemoryPressure pressure, String what) {
    log.accept(
        event(Kind.MEMORY, pressure == MemoryPressure.NONE ? Result.OK : Result.FAILED, what));
  }

  void draining() {
    log.accept(event(Kind.DRAIN, Result.OK, "the server stops"));
  }
}
