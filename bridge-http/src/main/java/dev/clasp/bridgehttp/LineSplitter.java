package dev.clasp.bridgehttp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Bytes as lines of UTF-8 that end with CR, LF or both; a BOM in front is left away. */
final class LineSplitter {

  private final int maxLine;
  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean behindCr;
  private boolean first = true;

  /**
   * @param maxLine bytes
   */
  LineSplitter(int maxLine, Consumer<String> lines) {
    this.maxLine = maxLine;
    this.lines = lines;
  }

  /**
   * Takes bytes.
   *
   * @throws IOException a line is too long
   */
  void feed(byte[] bytes, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      if (b == '\n' && behindCr) {
        behindCr = false;
        continue;
      }
      behindCr = b == '\r';
      if (b == '\n' || b == '\r') {
        end();
      } else {
        if (line.size() >= maxLine) {
          throw new IOException("a line is longer than " + maxLine + " bytes");
        }
        line.write(b);
      }
    }
  }

  /** What is there is a line, too, if there is anything. */
  void finish() {
    if (line.size() > 0) {
      end();
    }
  }

  private void end() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    first = false;
    lines.accept(text);
  }
}
