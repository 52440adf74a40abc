package dev.clasp.cli;

/** Entry point of the {@code clasp} command. */
public final class Main {

  private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";
  private static final String SELECTORS_OF_LINUX = "sun.nio.ch.EPollSelectorProvider";

  private Main() {}

  /**
   * Names what the JVM and SLF4J would look for in every jar. Opening them all takes longer than
   * the rest of a short command.
   */
  static void prepare() {
    LoggingProvider.choose();
    // Of Groovy, which picocli can take defaults from.
    System.setProperty("picocli.disable.closures", "true");
    try {
      // What the JDK takes by itself on Linux, if nobody brings another: we do not.
      var _ = Class.forName(SELECTORS_OF_LINUX, false, null);
      System.setProperty(SELECTORS, SELECTORS_OF_LINUX);
    } catch (ClassNotFoundException e) {
      // Another system, or another JDK.
    }
  }

  /** Runs the command line and ends the process with its status. */
  public static void main(String[] args) {
    prepare();
    ProcessInterrupts interrupts = new ProcessInterrupts();
    int status = CommandLines.run(Terminal.system(interrupts), args);
    ConnectionOptions.rest();
    interrupts.exit(status);
  }
}
