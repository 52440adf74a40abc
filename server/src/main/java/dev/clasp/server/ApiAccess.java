package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.security.Action;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Login;
import dev.clasp.security.Scopes;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Who may see what the API tells. On an open router everybody; if tokens are wanted, whoever sends
 * one as {@code Authorization: Bearer}, as far as its scopes allow.
 */
final class ApiAccess {

  private static final AddressPattern EVERYTHING =
      AddressPattern.parse("/**", GlobstarParent.EXCLUDED);

  private static final String BEARER = "bearer ";

  private final Authenticator authenticator;

  ApiAccess(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** What a request may see. */
  sealed interface Answer {
    record Granted(Scopes scopes) implements Answer {}

    record Denied(HttpReply reply) implements Answer {}
  }

  /** What whoever sent this may read. */
  Answer reader(HttpQuery query) {
    if (authenticator.equals(Authenticator.OPEN)) {
      return new Answer.Granted(Scopes.ALL);
    }
    Optional<String> token = bearer(query);
    if (token.isEmpty()) {
      return denied(401, "this router wants a token: Authorization: Bearer <token>", "Bearer");
    }
    AtomicReference<Login> answer = new AtomicReference<>();
    authenticator.authenticate(token, LinkConnection.text(query.remote()), answer::set);
    Login login = answer.get();
    if (login == null) {
      // An event loop cannot wait. By the next time the answer is at hand.
      return new Answer.Denied(
          HttpReply.text(503, "the token is being looked at, ask again\n")
              .withHeader("Retry-After", "1")
              .withHeader("Cache-Control", "no-store"));
    }
    return switch (login) {
      case Login.Admitted admitted -> new Answer.Granted(admitted.identity().scopes());
      case Login.Refused(int code, String text) ->
          code == ErrorCode.TOO_MANY
              ? denied(429, text, "")
              : denied(401, text, "Bearer error=\"invalid_token\"");
    };
  }

  /** The same for what only an administrator of everything may see. */
  Answer administrator(HttpQuery query) {
    return switch (reader(query)) {
      case Answer.Granted(Scopes scopes) ->
          scopes.permitAll(Action.ADMIN, EVERYTHING)
              ? new Answer.Granted(scopes)
              : denied(
                  403,
                  "this needs a token with the scope admin:/**",
                  "Bearer error=\"insufficient_scope\"");
      case Answer.Denied denied -> denied;
    };
  }

  private static Optional<String> bearer(HttpQuery query) {
    return query
        .header("authorization")
        .filter(h -> h.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(h -> h.substring(BEARER.length()).strip())
        .filter(token -> !token.isEmpty());
  }

  private static Answer.Denied denied(int status, String text, String challenge) {
    HttpReply reply = HttpReply.text(status, text + "\n").withHeader("Cache-Control", "no-store");
    return new Answer.Denied(
        challenge.isEmpty() ? reply : reply.withHeader("WWW-Authenticate", challenge));
  }
}
