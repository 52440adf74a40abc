package dev.clasp.cli;

import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeService;
import dev.clasp.client.ClaspClient;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
    Optional<String> token = Optional.ofNullable(clasp.terminal().environment().get("CLASP_TOKEN"));
    Optional<Function<String, CompletableFuture<ClaspClient>>> clients =
        Optional.ofNullable(router)
            .map(url ->
                name -> {
                  ClaspClient.Builder builder =
                      ClaspClient.builder(url).name("bridge:" + name).awaitRouter(true);
                  token.ifPresent(builder::token);
                  return builder.connect();
                });
    try {
      new BridgeService(
              BridgeHost.found(), clients, clasp.terminal().in(), clasp.terminal().out().stream())
          .run();
      return ExitStatus.OK;
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot go on with the program that asks: " + e.getMessage(), e);
    }
  }
}
