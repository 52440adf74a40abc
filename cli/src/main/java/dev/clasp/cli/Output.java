package dev.clasp.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream for text that remembers why writing failed: a reader that has gone is no error ({@code
 * clasp watch | head}), a full disk is.
 */
final class Output extends PrintWriter {

  private final Remembering stream;

  Output(OutputStream target, Charset charset) {
    Remembering remembering = new Remembering(target);
    super(remembering, false, charset);
    this.stream = remembering;
  }

  /** What is below, for bytes; nothing may wait in this writer. */
  OutputStream stream() {
    return stream;
  }

  /** Why something could not be written; empty if everything was, or nobody wanted to read it. */
  Optional<IOException> failure() {
    IOException failure = stream.failure;
    return failure == null || String.valueOf(failure.getMessage()).contains("Broken pipe")
        ? Optional.empty()
        : Optional.of(failure);
  }

  private static final class Remembering extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    Remembering(OutputStream target) {
      super(target);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }
  }
}
