package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.security.Action;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import dev.clasp.security.Scopes;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who may see what the API tells. On an open router everybody; if tokens are wanted, whoever sends
 * one as {@code Authorization: Bearer}, as far as its scopes allow.
 */
final class ApiAccess {

  private static final AddressPattern EVERYTHING =
      AddressPattern.parse("/**", GlobstarParent.EXCLUDED);

  private static final String BEARER = "bearer ";

  private static final Answer.Denied NO_ADMINISTRATOR =
      denied(
          403,
          "this needs a token with the scope admin:/**",
          "Bearer error=\"insufficient_scope\"");

  private final Authenticator authenticator;
  private final Denials denials;

  /** Is told of what was not shown. Any thread. */
  @FunctionalInterface
  interface Denials {
    void denied(String path, String peer, int status);
  }

  ApiAccess(Authenticator authenticator, Denials denials) {
    this.authenticator = authenticator;
    this.denials = denials;
  }

  /** What a request may see. */
  sealed interface Answer {
    record Granted(Scopes scopes) implements Answer {}

    record Denied(HttpReply reply) implements Answer {}
  }

  /** Whoever sent a request. */
  sealed interface Caller {
    record Known(Identity identity) implements Caller {}

    record Unknown(HttpReply reply) implements Caller {}
  }

  /**
   * What whoever sent this may read.
   *
   * @param to is told once, at once or on another thread when the token has been looked at
   */
  void reader(HttpQuery query, Consumer<Answer> to) {
    readerOf(query, answer -> to.accept(reported(query, answer)));
  }

  private Answer reported(HttpQuery query, Answer answer) {
    if (answer instanceof Answer.Denied(HttpReply reply)) {
      denials.denied(query.path(), LinkConnection.text(query.remote()), reply.status());
    }
    return answer;
  }

  private void readerOf(HttpQuery query, Consumer<Answer> to) {
    identify(
        query,
        caller ->
            to.accept(
                switch (caller) {
                  case Caller.Known(Identity identity) -> new Answer.Granted(identity.scopes());
                  case Caller.Unknown(HttpReply reply) -> new Answer.Denied(reply);
                }));
  }

  private void identify(HttpQuery query, Consumer<Caller> to) {
    if (authenticator.equals(Authenticator.OPEN)) {
      to.accept(new Caller.Known(Identity.ANYBODY));
      return;
    }
    Optional<String> token = bearer(query);
    if (token.isEmpty()) {
      to.accept(
          new Caller.Unknown(
              denied(401, "this router wants a token: Authorization: Bearer <token>", "Bearer")
                  .reply()));
    } else {
      authenticator.authenticate(
          token, LinkConnection.text(query.remote()), login -> to.accept(caller(login)));
    }
  }

  /** Who it is, if it is an administrator of everything. */
  void administratorIdentity(HttpQuery query, Consumer<Caller> to) {
    identify(
        query,
        caller -> {
          Caller answer = caller;
          if (caller instanceof Caller.Known(Identity identity)
              && !identity.scopes().permitAll(Action.ADMIN, EVERYTHING)) {
            answer = new Caller.Unknown(NO_ADMINISTRATOR.reply());
          }
          if (answer instanceof Caller.Unknown(HttpReply reply)) {
            denials.denied(query.path(), LinkConnection.text(query.remote()), reply.status());
          }
          to.accept(answer);
        });
  }

  /** The same for what only an administrator of everything may see. */
  void administrator(HttpQuery query, Consumer<Answer> to) {
    readerOf(
        query,
        answer ->
            to.accept(
                reported(
                    query,
                    answer instanceof Answer.Granted(Scopes scopes)
                            && !scopes.permitAll(Action.ADMIN, EVERYTHING)
                        ? NO_ADMINISTRATOR
                        : answer)));
  }

  /**
   * Lets look at a page whoever may read, under a name of this machine.
   *
   * @param origins whose pages may look, and under which names
   * @param granted run once if so, on any thread
   * @param to told why not
   */
  void page(OriginPolicy origins, HttpQuery query, Runnable granted, Consumer<HttpReply> to) {
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      to.accept(
          HttpReply.text(405, "only GET and HEAD are served here\n")
              .withHeader("Allow", "GET, HEAD"));
    } else if (!origins.allowsHost(query.header("host").orElse(null))) {
      to.accept(
          HttpReply.text(
              403,
              "this is not shown under this host name; use the address or localhost, or allow the"
                  + " origin in the router's settings\n"));
    } else {
      reader(
          query,
          given -> {
            switch (given) {
              case Answer.Denied(HttpReply reply) -> to.accept(reply);
              case Answer.Granted _ -> granted.run();
            }
          });
    }
  }

  private static Caller caller(Login login) {
    return switch (login) {
      case Login.Admitted(Identity identity) -> new Caller.Known(identity);
      case Login.Refused(int code, String text) ->
          new Caller.Unknown(
              (code == ErrorCode.TOO_MANY
                      ? denied(429, text, "")
                      : denied(401, text, "Bearer error=\"invalid_token\""))
                  .reply());
    };
  }

  /** The token that was sent. */
  static Optional<String> bearer(HttpQuery query) {
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
