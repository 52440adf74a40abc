package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that asks a running router about its bridges, by the admin API. */
abstract class BridgeCall implements Callable<Integer> {

  private final Clasp clasp;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  BridgeCall(Clasp clasp) {
    this.clasp = clasp;
  }

  final Clasp clasp() {
    return clasp;
  }

  @Override
  public final Integer call() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    try (RouterPages pages = new RouterPages(connection)) {
      ask(pages);
      return ExitStatus.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.FAILURE;
    }
  }

  /** Asks and prints. */
  abstract void ask(RouterPages pages) throws InterruptedException;

  static JsonNode call(RouterPages pages, String method, String path, String body)
      throws InterruptedException {
    return pages.admin(method, path, body, Duration.ZERO);
  }

  static String path(String bridge) {
    return "/bridges/" + URLEncoder.encode(bridge, StandardCharsets.UTF_8).replace("+", "%20");
  }

  final void print(String line) {
    clasp.terminal().out().println(line);
  }

  /** Text of a router, made harmless for terminals. */
  static String text(JsonNode node, String field) {
    return Printable.escape(node.path(field).asText(""));
  }
}
