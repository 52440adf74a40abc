package dev.clasp.security;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with tokens, read again when it changes: the store of {@code clasp token} if it begins
 * with a brace, else lines (operations.md 8.3).
 */
final class TokenFile {

  private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

  private final PolledFile<TokenTable> file;
  private final InstantSource clock;
  private TokenTable seen;
  private long seenAt;

  /**
   * Reads it for the first time.
   *
   * @param defaults rights of lines without scopes
   * @throws TokenFormatException it is no good; the message is a sentence with its name
   */
  TokenFile(Path path, Scopes defaults, InstantSource clock) {
    this.clock = clock;
    file =
        new PolledFile<>(
            "token file",
            path,
            TokenStore.MAX_BYTES,
            clock,
            bytes -> {
              List<String> warnings = new ArrayList<>(SecretFiles.exposure(path));
              TokenTable table = parse(SecretFiles.text(bytes), defaults);
              warnings.addAll(table.warnings());
              return new TokenTable(table.entries(), warnings);
            });
    seen = file.current();
    seenAt = now();
    warn(seen);
  }

  /**
   * Either format.
   *
   * @throws TokenFormatException it is neither
   */
  static TokenTable parse(String text, Scopes defaults) {
    return text.stripLeading().startsWith("{")
        ? TokenStore.parse(text).table()
        : TokenLines.parse(text, defaults);
  }

  private void warn(TokenTable table) {
    for (String warning : table.warnings()) {
      LOG.warn("{}: {}", file.name(), warning);
    }
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  Optional<TokenEntry> find(TokenDigest digest) {
    return file.current().find(digest);
  }

  List<TokenEntry> named(String id) {
    return file.current().named(id);
  }

  Collection<TokenEntry> entries() {
    return file.current().entries().values();
  }

  int size() {
    return file.current().entries().size();
  }

  /**
   * Reads it again if it changed. On one thread at a time.
   *
   * @param endings is given what ended since the last time
   * @return has anything changed?
   */
  boolean poll(List<Ending> endings) {
    Optional<TokenTable> changed = file.poll();
    long now = now();
    for (Map.Entry<TokenDigest, TokenEntry> old : seen.entries().entrySet()) {
      TokenEntry before = old.getValue();
      if (before.expired(seenAt)) {
        continue;
      }
      Optional<TokenEntry> after =
          changed.isPresent() ? changed.get().find(old.getKey()) : Optional.of(before);
      if (after.isEmpty()) {
        endings.add(new Ending(before.id(), Ending.Cause.REVOKED));
      } else if (after.get().expired(now)) {
        endings.add(new Ending(before.id(), Ending.Cause.EXPIRED));
      } else if (!before.survives(after.get(), seenAt, now)) {
        endings.add(new Ending(before.id(), Ending.Cause.CHANGED));
      }
    }
    seenAt = now;
    changed.ifPresent(table -> {
      seen = table;
      warn(table);
    });
    return changed.isPresent();
  }
}
