package dev.clasp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp console}: the page of a router, in a browser. */
@Command(
    name = "console",
    description = {
      "Open the console of a router in a web browser.",
      "",
      "The page has the token then, without it being in the address: that has a ticket for one"
          + " visit. The browser is $BROWSER, or what the system opens pages with.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp console",
      "  clasp console stage.local --screen layouts/foh",
      "  clasp console --print                              only the address",
      "  clasp console --url https://tools.example/clasp/   behind a proxy",
    })
final class ConsoleCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The router; the same as --server.")
  private @Nullable String router;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where the page is, if not at the router itself: behind a proxy.")
  private @Nullable String page;

  @Option(
      names = "--screen",
      paramLabel = "SCREEN",
      description = "Which screen: live, patch, layouts/NAME and so on, as in the page's address.")
  private @Nullable String screen;

  @Option(names = "--print", description = "Print the address, and open nothing.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  ConsoleCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    if (router != null) {
      connection.useServer(router);
    }
    URI address = pageOf(page == null ? connection.url() : page);
    URI shown = screen == null ? address : address.resolve("#/" + encoded(screen));
    if (!print) {
      requirePage(address);
      open(address, shown);
    }
    clasp
        .terminal()
        .out()
        .println(
            clasp.json()
                ? new JsonLine().put("page", shown.toString()).put("opened", !print).end()
                : shown.toString());
    return ExitStatus.OK;
  }

  /** The page that a router shows on the port of this URL, in the same folder. */
  static URI pageOf(String url) {
    try {
      URI given = new URI(url);
      String scheme =
          switch (String.valueOf(given.getScheme())) {
            case "ws", "tcp", "http" -> "http";
            case "wss", "tls", "https" -> "https";
            default ->
                throw new CommandException(
                    ExitStatus.USAGE,
                    "the console is a web page: its URL begins with ws, wss, http or https, not "
                        + Printable.escape(String.valueOf(given.getScheme())));
          };
      if (given.getHost() == null) {
        throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' has no host");
      }
      String folder = given.getRawPath() == null ? "" : given.getRawPath();
      return URI.create(
          scheme
              + "://"
              + given.getHost()
              + (given.getPort() < 0 ? "" : ":" + given.getPort())
              + folder
              + (folder.endsWith("/") ? "" : "/"));
    } catch (URISyntaxException e) {
      throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' is no URL", e);
    }
  }

  private static String encoded(String screen) {
    return Stream.of(screen.replaceFirst("^#?/", "").split("/", -1))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /** Before a browser shows a page of errors, or waits for nobody. */
  private void requirePage(URI address) throws InterruptedException {
    try (HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connection.answerTimeout())
            .sslContext(connection.tls().sslContext())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      HttpResponse<InputStream> reply =
          http.send(
              HttpRequest.newBuilder(address).timeout(connection.answerTimeout()).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      reply.body().close();
      boolean isPage =
          reply.headers().firstValue("content-type").orElse("").startsWith("text/html");
      // A proxy may want a login of its own, which is the browser's affair.
      if (reply.statusCode() >= 400 || reply.statusCode() == 200 && !isPage) {
        throw new CommandException(
            ExitStatus.FAILURE,
            address
                + " shows no console: it answers with HTTP "
                + reply.statusCode()
                + (reply.statusCode() == 200 ? " and no page" : ""));
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE,
          "no router answers at "
              + address
              + ": "
              + Printable.escape(String.valueOf(e.getMessage())),
          e);
    }
  }

  private void open(URI address, URI shown) throws InterruptedException {
    Browser browser =
        new Browser(System.getProperty("os.name", ""), clasp.terminal().environment());
    URI opened = connection.token().isEmpty() ? shown : withTicket(address).orElse(shown);
    browser.open(opened.toString()).ifPresent(why -> cannot(why, shown));
  }

  /**
   * Not the token itself: browsers keep every address that they open in their history, and every
   * user of this machine sees command lines. Empty if the router wants none.
   */
  private Optional<URI> withTicket(URI address) throws InterruptedException {
    String on =
        screen == null ? "" : "&screen=" + URLEncoder.encode(screen, StandardCharsets.UTF_8);
    try (RouterPages pages =
        new RouterPages(connection, address.toString().replaceFirst("/$", ""))) {
      return pages
          .ticket()
          .map(ticket ->
              address.resolve("#ticket=" + URLEncoder.encode(ticket, StandardCharsets.UTF_8) + on));
    }
  }

  private static void cannot(String why, URI shown) {
    throw new CommandException(
        ExitStatus.FAILURE, "cannot open a browser (" + why + "); open " + shown + " in one");
  }
}
