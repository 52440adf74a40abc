package dev.clasp.cli;

import java.util.List;

/** A view that is drawn again and again over what is there, so that nothing flickers. */
final class LiveScreen {

  /** For output that is not drawn over: as good as no bound. */
  static final int MANY_ROWS = 10_000;

  private static final String HOME = "\u001b[H";
  private static final String CLEAR = "\u001b[2J";
  private static final String TO_LINE_END = "\u001b[K";
  private static final String TO_SCREEN_END = "\u001b[J";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final int DEFAULT_ROWS = 24;

  private final Terminal terminal;

  LiveScreen(Terminal terminal) {
    this.terminal = terminal;
  }

  int columns() {
    return Math.max(20, terminal.columns());
  }

  int rows() {
    String told =
        System.getProperty("clasp.rows", terminal.environment().getOrDefault("LINES", ""));
    return told.matches("[1-9][0-9]{0,3}") ? Math.max(8, Integer.parseInt(told)) : DEFAULT_ROWS;
  }

  /** Empties it and hides the cursor. */
  void begin() {
    terminal.out().print(HIDE_CURSOR + CLEAR);
  }

  void draw(List<String> lines) {
    StringBuilder screen = new StringBuilder(HOME);
    for (int i = 0; i < lines.size(); i++) {
      screen.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append(TO_LINE_END);
    }
    terminal.out().print(screen.append(TO_SCREEN_END));
    terminal.out().flush();
  }

  /** Writes over the first line and leaves the rest. */
  void drawFirst(String line) {
    terminal.out().print(HOME + line + TO_LINE_END);
    terminal.out().flush();
  }

  /** Shows the cursor again. */
  void end() {
    terminal.out().print(SHOW_CURSOR);
    terminal.out().flush();
  }
}
