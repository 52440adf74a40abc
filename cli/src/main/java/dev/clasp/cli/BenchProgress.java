package dev.clasp.cli;

import dev.clasp.bench.BenchListener;
import java.io.PrintWriter;

/** Says on stderr how far a benchmark is: one line that changes on a terminal, else many. */
final class BenchProgress implements BenchListener {

  private final Clasp clasp;

  BenchProgress(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public void started(int number, int total, String what) {
    String line = number + "/" + total + "  " + what;
    PrintWriter err = clasp.terminal().err();
    if (clasp.terminal().errIsTerminal()) {
      // Back to the start, and clear to the end of the line.
      err.print("\r" + line + "\u001b[K");
      if (number == total) {
        err.println();
      }
    } else {
      err.println(line);
    }
    err.flush();
  }

  @Override
  public void note(String text) {
    if (clasp.terminal().errIsTerminal()) {
      clasp.terminal().err().print("\r\u001b[K");
    }
    clasp.note(text);
  }
}
