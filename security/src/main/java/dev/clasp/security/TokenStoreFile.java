package dev.clasp.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A file with a {@link TokenStore}, which several programs may change at the same time: each change
 * holds the lock of a file beside it, {@code NAME.lock}, and replaces the store as a whole. A file
 * that is not there is an empty store.
 */
public final class TokenStoreFile {

  /** File locks are between processes; this is between the threads of ours. */
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private final Path file;

  public TokenStoreFile(Path file) {
    this.file = file;
  }

  /** Where it is. */
  public Path path() {
    return file;
  }

  /**
   * The store as it is now.
   *
   * @throws TokenFormatException it cannot be read, or is no store
   */
  public TokenStore read() {
    if (!Files.exists(file)) {
      return TokenStore.empty();
    }
    try {
      return TokenStore.parse(SecretFiles.text(SecretFiles.read(file, TokenStore.MAX_BYTES)));
    } catch (TokenFormatException e) {
      throw new TokenFormatException("token store " + file + ": " + e.getMessage());
    }
  }

  /**
   * Does the file begin like a store? False for one with lines, and if it is not there. What comes
   * behind the first brace is not looked at.
   */
  public boolean looksLikeStore() {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String start = new String(in.readNBytes(4096), StandardCharsets.UTF_8);
      return start.replace("\uFEFF", "").stripLeading().startsWith("{");
    } catch (IOException e) {
      return false;
    }
  }

  /** Sentences about who else could read or write the file; none if it is not there. */
  public List<String> exposure() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return SecretFiles.exposure(file).stream()
          .map(warning -> "token store " + file + ": " + warning)
          .toList();
    } catch (TokenFormatException e) {
      return List.of("token store " + file + ": " + e.getMessage());
    }
  }

  /**
   * Makes an empty store, if there is no file.
   *
   * @throws TokenFormatException it cannot be written
   */
  public void create() {
    locked(() -> {
      if (!Files.exists(file)) {
        SecretFiles.replace(file, TokenStore.empty().toJson().getBytes(StandardCharsets.UTF_8));
      }
      return true;
    });
  }

  /**
   * Changes the store while nobody else does. Nothing is written if the change throws. Waits for
   * others that are changing it.
   *
   * @param change what to do; its result is returned
   * @throws TokenFormatException the store cannot be read or written
   */
  public <R> R change(Function<TokenStore, R> change) {
    return locked(() -> {
      TokenStore store = read();
      String before = store.toJson();
      R result = change.apply(store);
      String after = store.toJson();
      if (!after.equals(before)) {
        byte[] bytes = after.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TokenStore.MAX_BYTES) {
          throw new TokenFormatException(
              "token store " + file + ": it would be too long to be read again");
        }
        SecretFiles.replace(file, bytes);
      }
      return result;
    });
  }

  private interface Step<R> {
    R run() throws IOException;
  }

  private <R> R locked(Step<R> step) {
    IN_PROCESS.lock();
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        SecretFiles.makeFolder(folder);
      }
      try (FileChannel channel =
              SecretFiles.openLock(file.resolveSibling(file.getFileName() + ".lock"));
          FileLock _ = channel.lock()) {
        return step.run();
      }
    } catch (IOException e) {
      throw new TokenFormatException(
          "token store " + file + ": it cannot be written: " + SecretFiles.reason(e));
    } finally {
      IN_PROCESS.unlock();
    }
  }
}
