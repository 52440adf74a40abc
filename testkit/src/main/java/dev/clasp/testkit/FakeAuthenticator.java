package dev.clasp.testkit;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Constraint;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import dev.clasp.security.Scope;
import dev.clasp.security.Scopes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Knows the tokens that a test tells it. Answers at once, or when told, as one that has to ask
 * somebody else. Any thread.
 */
public final class FakeAuthenticator implements Authenticator {

  private final Map<String, Login> logins = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private volatile boolean later;

  /** Admits a token with these scopes, for example {@code read:/a/**}. */
  public FakeAuthenticator admit(String token, String... scopes) {
    return admit(token, identity(token, scopes));
  }

  /** Admits a token. */
  public FakeAuthenticator admit(String token, Identity identity) {
    logins.put(token, new Login.Admitted(identity));
    return this;
  }

  /** Refuses a token as expired. */
  public FakeAuthenticator expired(String token) {
    logins.put(token, new Login.Refused(ErrorCode.TOKEN_EXPIRED, "Token has expired"));
    return this;
  }

  /** Forgets a token: it is refused as any other unknown one. */
  public void revoke(String token) {
    logins.remove(token);
  }

  /** From now on answers wait for {@link #answer}. */
  public FakeAuthenticator answerLater() {
    later = true;
    return this;
  }

  /** Answers the oldest question that waits; if there is none, the next one. */
  public void answer() {
    try {
      Runnable answer = waiting.poll(60, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("nobody has asked");
      }
      answer.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void authenticate(Optional<String> token, String peer, Consumer<Login> answer) {
    Login login =
        token
            .map(t ->
                logins.getOrDefault(t, new Login.Refused(ErrorCode.UNAUTHORIZED, "Invalid token")))
            .orElse(new Login.Refused(ErrorCode.UNAUTHORIZED, "Authentication required"));
    if (later) {
      waiting.add(() -> answer.accept(login));
    } else {
      answer.accept(login);
    }
  }

  /** The identity of a token with these scopes and neither constraints nor an end. */
  public static Identity identity(String token, String... scopes) {
    return identity(token, List.of(), OptionalLong.empty(), scopes);
  }

  /**
   * The identity of a token.
   *
   * @param expiresAt Unix seconds
   */
  public static Identity identity(
      String token, List<Constraint> constraints, OptionalLong expiresAt, String... scopes) {
    return new Identity(
        "id-of-" + token,
        Optional.of("subject of " + token),
        Scopes.of(Stream.of(scopes).map(Scope::parse).toList()),
        constraints,
        expiresAt,
        Map.of());
  }
}
