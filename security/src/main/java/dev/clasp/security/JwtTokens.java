package dev.clasp.security;

import dev.clasp.security.JwtVerifier.KeySource;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that is needed for JWTs: keys that may change, the list of revoked ones, and the verifier.
 */
final class JwtTokens implements AutoCloseable {

  /** Keys in a file. */
  private record KeyFile(PolledFile<List<JwtKey>> file) implements KeySource {
    @Override
    public List<JwtKey> keys() {
      return file.current();
    }

    @Override
    public List<JwtKey> freshKeys() {
      return file.current();
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);

  private static final int MAX_REVOKED_BYTES = 8 << 20;

  private final List<KeyFile> files = new ArrayList<>();
  private final Optional<PolledFile<Set<String>>> revoked;
  private final Optional<KeySetUrl> url;
  private final Optional<HttpKeyFetcher> fetcher;
  private final JwtVerifier verifier;

  /**
   * Reads the files, but fetches nothing yet.
   *
   * @param background for fetching keys
   * @param changed is called when keys were fetched that are others than before
   * @throws TokenFormatException one of them is no good
   */
  JwtTokens(JwtConfig config, InstantSource clock, Executor background, Runnable changed) {
    List<KeySource> sources = new ArrayList<>();
    config
        .secretFile()
        .ifPresent(path ->
            files.add(
                new KeyFile(
                    new PolledFile<>(
                        "JWT secret",
                        path,
                        JwtKeys.MAX_BYTES,
                        clock,
                        bytes -> {
                          warnIfExposed(path);
                          return List.of(JwtKeys.secret(bytes));
                        }))));
    config
        .publicKeyFile()
        .ifPresent(path ->
            files.add(
                new KeyFile(
                    new PolledFile<>(
                        "JWT key",
                        path,
                        JwtKeys.MAX_BYTES,
                        clock,
                        bytes -> List.of(JwtKeys.pem(SecretFiles.text(bytes)))))));
    config
        .keySetFile()
        .ifPresent(path ->
            files.add(
                new KeyFile(
                    new PolledFile<>(
                        "key set",
                        path,
                        JwtKeys.MAX_BYTES,
                        clock,
                        bytes -> JwtKeys.set(SecretFiles.text(bytes))))));
    sources.addAll(files);
    fetcher = config.keySetUrl().map(HttpKeyFetcher::new);
    url =
        fetcher.map(source ->
            new KeySetUrl(
                config.keySetUrl().map(Object::toString).orElse(""),
                source,
                clock,
                background,
                changed));
    url.ifPresent(sources::add);
    revoked =
        config
            .revokedFile()
            .map(path ->
                new PolledFile<>(
                    "list of revoked JWTs",
                    path,
                    MAX_REVOKED_BYTES,
                    clock,
                    bytes -> revoked(SecretFiles.text(bytes))));
    verifier = new JwtVerifier(config, sources, clock);
  }

  private static void warnIfExposed(Path path) {
    SecretFiles.exposure(path).forEach(warning -> LOG.warn("JWT secret {}: {}", path, warning));
  }

  /** Token ids: of each line its {@code jti}, or as it stands if it is an id already. */
  static Set<String> revoked(String text) {
    Set<String> ids = new HashSet<>();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line ->
            ids.add(line.startsWith(JwtVerifier.ID_PREFIX) ? line : JwtVerifier.ID_PREFIX + line));
    return Set.copyOf(ids);
  }

  boolean isRevoked(String tokenId) {
    return revoked.isPresent() && revoked.get().current().contains(tokenId);
  }

  /** May take seconds. */
  JwtVerdict verify(String token) {
    JwtVerdict verdict = verifier.verify(token);
    return verdict instanceof JwtVerdict.Valid(Identity identity) && isRevoked(identity.tokenId())
        ? new JwtVerdict.Unfit("it is revoked: " + identity.tokenId())
        : verdict;
  }

  /**
   * Reads files again that changed. On one thread at a time.
   *
   * @param endings is given what was revoked since the last time
   * @return has anything changed?
   */
  boolean poll(List<Ending> endings) {
    boolean changed = false;
    for (KeyFile file : files) {
      changed |= file.file.poll().isPresent();
    }
    if (revoked.isPresent()) {
      Set<String> before = revoked.get().current();
      Optional<Set<String>> after = revoked.get().poll();
      changed |= after.isPresent();
      after.ifPresent(ids ->
          ids.stream()
              .filter(id -> !before.contains(id))
              .forEach(id -> endings.add(new Ending(id, Ending.Cause.REVOKED))));
    }
    url.ifPresent(KeySetUrl::tick);
    return changed;
  }

  @Override
  public void close() {
    fetcher.ifPresent(HttpKeyFetcher::close);
  }
}
