package dev.clasp.cli;

import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeService;
import dev.clasp.server.Version;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clasp service}: what the reference's {@code clasp-service} is for other programs. */
@Command(
    name = "service",
    description = {
      "Run bridges for another program, which asks by lines of JSON on the standard input.",
      "",
      "The requests and answers are those of the reference's clasp-service. It ends when its input"
          + " does; the log is on the standard error.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp service                                   signals to the program only",
      "  clasp service --router ws://localhost:7330      to a router as well",
    })
final class ServiceCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Option(
      names = "--router",
      paramLabel = "URL",
      description =
          "Connect every bridge to this router too, with the token of $CLASP_TOKEN (default: to none).")
  private @Nullable String router;

  ServiceCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    clasp.startLogging(Clasp.LogLevel.WARN);
    Terminal terminal = clasp.terminal();
    BridgeService service =
        new BridgeService(BridgeHost.found(), here(), terminal.in(), terminal.out().stream());
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    try (Interrupts.Registration _ = terminal.interrupts().onInterrupt(ended::countDown)) {
      // On a thread of its own: a read from standard input cannot be interrupted.
      Thread.ofPlatform()
          .daemon()
          .name("clasp-service")
          .start(() -> {
            try {
              service.run();
            } catch (IOException e) {
              failure.set(e);
            } finally {
              ended.countDown();
            }
          });
      ended.await();
      service.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    IOException e = failure.get();
    if (e != null) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot go on with the program that asks: " + e.getMessage(), e);
    }
    return ExitStatus.OK;
  }

  private BridgeService.Surroundings here() {
    Optional<BridgeService.Route> standard =
        Optional.ofNullable(router)
            .map(url ->
                new BridgeService.Route(
                    url, Optional.ofNullable(clasp.terminal().environment().get("CLASP_TOKEN"))));
    return new BridgeService.Surroundings() {
      @Override
      public String version() {
        return Version.number();
      }

      @Override
      public Optional<BridgeService.Route> standardRoute(String bridge) {
        return standard;
      }

      @Override
      public void setLogLevel(String level) {
        Logging.setLevel(level);
      }
    };
  }
}
