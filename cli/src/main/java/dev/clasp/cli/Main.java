package dev.clasp.cli;

/** Entry point of the {@code clasp} command. */
public final class Main {

  private Main() {}

  /** Runs the command line and ends the process with its status. */
  public static void main(String[] args) {
    ProcessInterrupts interrupts = new ProcessInterrupts();
    interrupts.exit(CommandLines.run(Terminal.system(interrupts), args));
  }
}
