package dev.clasp.security;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether the lines of an audit log are those that were written: whether their numbers go up
 * by one and each holds the hash of the one before it.
 *
 * <p>Nothing holds the hash of the last line yet, and whoever can write the file can also make a
 * new chain of what he wants to be in it: {@link Result#hash} is worth what it is compared with
 * later.
 */
public final class AuditCheck {

  /** Bytes of a line; longer ones are none of an audit log. */
  private static final int MAX_LINE = AuditChain.TAIL;

  /**
   * A line that does not fit.
   *
   * @param line in its file, from 1
   * @param what is wrong, for people
   */
  public record Fault(Path file, long line, String what) {}

  /**
   * What was found.
   *
   * @param checked lines that fit together
   * @param first number of the first of them; 0 = there is none
   * @param last number of the last of them; 0 = there is none
   * @param before lines before them, which have no number
   * @param torn lines of which a part is missing, because the server was killed
   * @param hash of the last line: 64 hexadecimal digits; only if nothing is wrong
   * @param fault the first line that does not fit; what comes after it was not looked at
   */
  public record Result(
      long checked,
      long first,
      long last,
      long before,
      long torn,
      String hash,
      Optional<Fault> fault) {}

  private long checked;
  private long first;
  private long last;
  private long before;
  private long torn;
  private @Nullable String hash;

  private AuditCheck() {}

  /**
   * Reads all of them.
   *
   * @param files the oldest first
   */
  public static Result of(List<Path> files) throws IOException {
    AuditCheck check = new AuditCheck();
    for (Path file : files) {
      Optional<Fault> fault = check.read(file);
      if (fault.isPresent()) {
        return check.result(fault);
      }
    }
    return check.result(Optional.empty());
  }

  private Result result(Optional<Fault> fault) {
    String end = hash;
    return new Result(
        checked, first, last, before, torn, end == null ? AuditChain.NEW.hash() : end, fault);
  }

  private Optional<Fault> read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 64 << 10)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
      long number = 1;
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c != '\n') {
          line.write(c);
          if (line.size() > MAX_LINE) {
            return Optional.of(
                new Fault(file, number, "it is longer than any line of an audit log"));
          }
          continue;
        }
        Optional<String> wrong = take(line.toByteArray());
        if (wrong.isPresent()) {
          return Optional.of(new Fault(file, number, wrong.get()));
        }
        number++;
        line.reset();
      }
      // Without a line end: it is being written, or never will be.
      Optional<String> wrong = line.size() == 0 ? Optional.empty() : take(line.toByteArray());
      long at = number;
      return wrong.map(what -> new Fault(file, at, what));
    }
  }

  private Optional<String> take(byte[] line) {
    String previous = hash;
    hash = AuditChain.hashOf(line, 0, line.length);
    Optional<AuditChain.Link> link = AuditChain.linkOf(line);
    if (link.isEmpty()) {
      if (checked == 0) {
        before++;
        return Optional.empty();
      }
      if (AuditChain.object(line).isPresent()) {
        return Optional.of("it has no number, so it was put in, or written without the chain");
      }
      // The one after it has its hash.
      torn++;
      return Optional.empty();
    }
    long number = link.get().number();
    if (checked > 0 && number != last + 1) {
      return Optional.of(
          "its number is "
              + number
              + " and should be "
              + (last + 1)
              + ": lines were removed, put in or moved");
    }
    if (previous != null && !link.get().previous().equals(previous)) {
      return Optional.of(
          "it does not hold the hash of the line before it: one of the two was changed, or lines"
              + " were removed or put in between");
    }
    if (checked == 0) {
      first = number;
    }
    checked++;
    last = number;
    return Optional.empty();
  }
}
