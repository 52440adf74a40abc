package dev.clasp.security;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets in clients of the same process, who have no token of the outside world: each gets a pass for
 * one connection. A pass is a random secret of 256 bits that is good once, for half a minute, and
 * for the peer that it was made for; shown in any other way it is void, and treated like any wrong
 * token. Everybody else is sent on to the authenticator behind.
 *
 * <p>Thread-safe.
 */
public final class LocalPasses implements Authenticator {

  /** What peers in the same process begin with; those behind a network never do. */
  private static final String PEER = "local:";

  private static final String PREFIX = "clasp-local-";
  private static final int SECRET_BYTES = 32;

  /** Until it is shown: on its way through a busy event loop. */
  static final Duration LIFETIME = Duration.ofSeconds(30);

  /** That wait to be shown; the oldest are forgotten. */
  static final int MAX = 1000;

  private record Pass(String peer, Identity identity, long nanos) {}

  private final Authenticator others;
  private final LongSupplier nanoTime;
  private final SecureRandom random;

  /** The oldest first. Guarded by itself. */
  private final LinkedHashMap<TokenDigest, Pass> waiting = new LinkedHashMap<>();

  /**
   * @param others who decides about everybody else
   * @param nanoTime monotonic
   */
  public LocalPasses(Authenticator others, LongSupplier nanoTime, SecureRandom random) {
    this.others = others;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /**
   * Makes a pass.
   *
   * @param name of the client, its subject in lists and logs: {@code bridge:desk}
   * @return to be shown in HELLO by the peer {@code local:} and the name
   */
  public String issue(String name, Scopes scopes) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    String token = PREFIX + HexFormat.of().formatHex(secret);
    TokenDigest digest = TokenDigest.of(token);
    Identity identity =
        new Identity(
            digest.id(), Optional.of(name), scopes, List.of(), OptionalLong.empty(), Map.of());
    long now = nanoTime.getAsLong();
    synchronized (waiting) {
      waiting.values().removeIf(pass -> now - pass.nanos() > LIFETIME.toNanos());
      if (waiting.size() >= MAX) {
        waiting.pollFirstEntry();
      }
      waiting.put(digest, new Pass(PEER + name, identity, now));
    }
    return token;
  }

  @Override
  public void authenticate(Optional<String> token, String peer, Consumer<Login> answer) {
    if (token.isPresent() && token.get().startsWith(PREFIX)) {
      Pass pass = take(token.get());
      if (pass != null
          && pass.peer().equals(peer)
          && nanoTime.getAsLong() - pass.nanos() <= LIFETIME.toNanos()) {
        answer.accept(new Login.Admitted(pass.identity()));
        return;
      }
    }
    others.authenticate(token, peer, answer);
  }

  private @Nullable Pass take(String token) {
    synchronized (waiting) {
      return waiting.remove(TokenDigest.of(token));
    }
  }
}
