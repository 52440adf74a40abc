package dev.clasp.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is read again when it has changed, and what is in it. When the new content is no
 * good, the old stays in force and the log says why, once. Whether it changed is seen by time, size
 * and number of the file, so that asking often costs little.
 *
 * <p>{@link #current} may be called on any thread, {@link #poll} on one at a time.
 */
final class PolledFile<T> {

  private static final Logger LOG = LoggerFactory.getLogger(PolledFile.class);

  /** A file that was written so recently may be written again without a change of its time. */
  private static final Duration UNSETTLED = Duration.ofSeconds(2);

  /**
   * @param changed when owner, mode or content changed, where the system knows that
   * @param key tells files of the same name apart
   */
  private record Stamp(FileTime modified, Object changed, long size, @Nullable Object key) {}

  private final String what;
  private final Path file;
  private final int maxBytes;
  private final InstantSource clock;
  private final Function<byte[], T> parser;
  private volatile T current;
  private @Nullable Stamp stamp;
  private boolean settled;

  /** Of what was read last. Not the bytes themselves, which may be secret. */
  private byte[] digest;

  private String complaint = "";

  /**
   * Reads the file for the first time.
   *
   * @param what the file is, for sentences: "token file"
   * @param parser may throw {@link TokenFormatException}
   * @throws TokenFormatException there is no file, or it is no good
   */
  PolledFile(
      String what, Path file, int maxBytes, InstantSource clock, Function<byte[], T> parser) {
    this.what = what;
    this.file = file;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.parser = parser;
    try {
      Stamp first = stamp();
      byte[] bytes = SecretFiles.read(file, maxBytes);
      digest = TokenDigest.sha256(bytes);
      current = parser.apply(bytes);
      remember(first);
    } catch (TokenFormatException e) {
      throw new TokenFormatException(name() + ": " + e.getMessage());
    }
  }

  /** For sentences: "token file /etc/clasp/tokens". */
  String name() {
    return what + " " + file;
  }

  /** What was in it when it was good the last time. */
  T current() {
    return current;
  }

  /** Looks whether it changed; the new content if it did and is good. */
  Optional<T> poll() {
    try {
      Stamp now = stamp();
      if (now.equals(stamp) && settled) {
        return Optional.empty();
      }
      // Also if it is no good: it need not be read again until somebody has repaired it.
      remember(now);
      byte[] read = SecretFiles.read(file, maxBytes);
      byte[] newDigest = TokenDigest.sha256(read);
      if (Arrays.equals(newDigest, digest)) {
        complaint = "";
        return Optional.empty();
      }
      T parsed = parser.apply(read);
      digest = newDigest;
      current = parsed;
      complaint = "";
      LOG.info("{}: read again after a change", name());
      return Optional.of(parsed);
    } catch (TokenFormatException e) {
      complain(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void remember(Stamp seen) {
    stamp = seen;
    settled = Duration.between(seen.modified.toInstant(), clock.instant()).compareTo(UNSETTLED) > 0;
  }

  private void complain(String message) {
    if (!message.equals(complaint)) {
      complaint = message;
      LOG.error("{}: {}. What was read before stays in force", name(), message);
    }
  }

  private Stamp stamp() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          attributes.lastModifiedTime(), changed(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      throw new TokenFormatException("it cannot be read: " + SecretFiles.reason(e));
    }
  }

  private Object changed() throws IOException {
    try {
      return Files.getAttribute(file, "unix:ctime");
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return "";
    }
  }
}
