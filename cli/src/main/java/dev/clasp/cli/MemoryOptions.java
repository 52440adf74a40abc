package dev.clasp.cli;

import dev.clasp.server.MemoryConfig;
import picocli.CommandLine.Option;

/** From where on {@code clasp server} is short of memory. */
final class MemoryOptions {

  @Option(
      names = "--memory-watermark",
      order = HelpSections.ROUTER + 14,
      paramLabel = "PERCENT",
      description =
          "Take no new clients and no new addresses when a collection leaves so much of the heap"
              + " in use; 0 = never (default: ${DEFAULT-VALUE}).")
  private int high = MemoryConfig.DEFAULT.high();

  @Option(
      names = "--memory-critical",
      order = HelpSections.ROUTER + 15,
      paramLabel = "PERCENT",
      description =
          "From here on end clients that read too slowly, too (default: ${DEFAULT-VALUE}).")
  private int critical = MemoryConfig.DEFAULT.critical();

  /**
   * What was said.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  MemoryConfig config() {
    NetworkOptions.range("--memory-watermark", high, 0, 99);
    NetworkOptions.range("--memory-critical", critical, high + 1, 100);
    return new MemoryConfig(high, critical, MemoryConfig.DEFAULT.source());
  }
}
