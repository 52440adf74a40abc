package dev.clasp.security;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes pre-shared key tokens and puts them into a store that the router reads: only their digest,
 * because nobody but the client needs the token again.
 */
public final class StoredTokenIssuer implements TokenIssuer {

  private final TokenStoreFile store;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Runnable changed;

  /**
   * @param changed run after each change of the store; when it returns, the router must know what
   *     is in it, see {@link TokenAuthenticator#refresh}
   */
  public StoredTokenIssuer(
      TokenStoreFile store, InstantSource clock, SecureRandom random, Runnable changed) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.changed = changed;
  }

  @Override
  public Issued issue(Scopes scopes, String subject) {
    String token = Cpsk.generate(random);
    TokenEntry entry =
        new TokenEntry(
            TokenDigest.of(token),
            Optional.of(subject),
            scopes,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.of(clock.instant().getEpochSecond()),
            Map.of("source", "pairing"));
    store.change(tokens -> {
      tokens.add(Optional.empty(), entry);
      return true;
    });
    changed.run();
    return new Issued(token, entry.id());
  }
}
