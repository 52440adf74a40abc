package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The console as an app that is installed, begins while the router is away, and gets newer. */
@RealProgram
class OfflineConsoleTest {

  @RegisterExtension static final Stage stage = new Stage();

  private ServerProcess server = ServerProcess.startForRestarts("--name", "Tour");

  @AfterEach
  void stop() {
    server.close();
  }

  private Screen open(URI page, String profile) {
    // What is noted while the server is away, also of another program that has its port for a
    // moment.
    return stage
        .screen(stage.browser(), page, Map.of("storage", profile))
        .allow("net::ERR_", "WebSocket", "status of 50", "status of 40");
  }

  @Test
  void browsersOfferToInstallIt() {
    // In the browser's own profile: others are private to it, and nothing can be installed there.
    Screen screen = stage.screen();
    screen.await("offline-ready");

    JsonNode manifest = screen.debug("Page.getAppManifest");
    assertThat(manifest.get("errors")).as(manifest.get("errors").toString()).isEmpty();
    assertThat(manifest.get("data").asText()).contains("CLASP console");
    JsonNode errors = screen.debug("Page.getInstallabilityErrors").get("installabilityErrors");
    assertThat(errors).as(errors.toString()).isEmpty();
  }

  @Test
  void itBeginsWhileTheRouterIsAwayAndGoesOnWhenThatIsBack() {
    Screen screen = open(server.page(), "away");
    screen.await("router-name", "Tour");
    screen.await("offline-ready");
    server.close();
    screen.awaitHas("connection-banner", "No connection to the router");

    screen.reload();

    screen.awaitHas("connection-banner", "does not answer yet");
    screen.await("router-name", "CLASP router");
    screen.go("patch").await("screen-title", "Patch");
    screen.screenshot("console-offline");
    screen.requireAccessible();

    server = server.restart();
    screen.await("router-name", "Tour");
    screen.await("[data-testid=connection-state][data-state=live]");
    screen.awaitGone("connection-banner");
  }

  @Test
  void whatTheRouterSaysIsNeverKept() {
    Screen screen = open(server.page(), "cache");
    screen.await("offline-ready");
    for (String name : List.of("live", "patch", "discover", "operate")) {
      screen.go(name);
    }
    screen.await("router-name", "Tour");

    List<String> kept = screen.kept();

    assertThat(kept)
        .contains("/", "/favicon.svg")
        .allMatch(path -> path.matches("/|/favicon\\.svg|/assets/[A-Za-z0-9_.-]+\\.(js|css)"));
  }

  @Test
  void aNewerConsoleIsLoadedWhenTheUserSaysSo(@TempDir Path folder) {
    Screen screen = open(server.page(), "newer");
    screen.await("router-name", "Tour");
    screen.await("offline-ready");
    Path newer = newerConsole(folder);

    server = server.restartAs(command -> withFirst(newer, command));

    screen.await("update");
    screen.await("[data-testid=connection-state][data-state=live]");
    assertThat(screen.count("html[data-build=next]")).as("it goes on as it was").isZero();
    screen.go("lighting").await("universes-none");
    screen.requireAccessible();
    screen.screenshot("console-update");

    screen.click("update-load");

    screen.await("html[data-build=next]");
    screen.await("screen-title", "Lighting");
    assertThat(screen.count("update")).isZero();
    screen.await("offline-ready");
    server.close();
    screen.awaitHas("connection-banner", "No connection to the router");
    screen.reload();
    screen.await("html[data-build=next]");
  }

  @Test
  void itWorksInAFolderOfAProxy() throws IOException {
    HttpClient http = HttpClient.newHttpClient();
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/tools/clasp/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().toString().substring("/tools/clasp/".length());
            HttpResponse<byte[]> reply =
                http.send(
                    HttpRequest.newBuilder(server.page().resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            for (String name :
                List.of("content-type", "content-security-policy", "cache-control")) {
              reply
                  .headers()
                  .firstValue(name)
                  .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
            }
            byte[] body = reply.body();
            exchange.sendResponseHeaders(reply.statusCode(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    proxy.start();
    try {
      URI page = URI.create("http://localhost:" + proxy.getAddress().getPort() + "/tools/clasp/");
      // This proxy does not do WebSockets: the page shows what it gets by HTTP.
      Screen screen = open(page, "folder");
      screen.await("router-name", "Tour");
      screen.await("offline-ready");
      assertThat(screen.kept())
          .contains("/tools/clasp/")
          .allMatch(p -> p.startsWith("/tools/clasp/"));
      proxy.stop(0);
      screen.reload();
      screen.go("lighting").await("universes-none");
    } finally {
      proxy.stop(0);
      http.close();
    }
  }

  // --- a console that is newer -------------------------------------------------------------------

  /** The console of this build, with other names for what it loads, and a mark in the document. */
  private static Path newerConsole(Path folder) {
    String inside = "META-INF/clasp-console";
    Path from = Installation.root().resolve("console/target/classes").resolve(inside);
    try (Stream<Path> walk = Files.walk(from)) {
      // Not what is packed: the router takes that from where the page itself is.
      List<Path> files =
          walk.filter(Files::isRegularFile)
              .filter(file -> !file.toString().matches(".*\\.(br|gz)"))
              .toList();
      List<String> assets =
          files.stream()
              .filter(file -> from.relativize(file).startsWith("assets"))
              .map(file -> file.getFileName().toString())
              .toList();
      for (Path file : files) {
        byte[] content = Files.readAllBytes(file);
        String path = from.relativize(file).toString();
        if (path.matches(".*\\.(js|html)")) {
          String text = new String(content, StandardCharsets.UTF_8);
          for (String asset : assets) {
            text = text.replace(asset, "next-" + asset);
          }
          if (path.startsWith("assets/index-")) {
            text += "\ndocument.documentElement.dataset.build = 'next';\n";
          }
          content = text.getBytes(StandardCharsets.UTF_8);
        }
        Path to = folder.resolve(inside).resolve(path.replace("assets/", "assets/next-"));
        Files.createDirectories(to.getParent());
        Files.write(to, content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  private static List<String> withFirst(Path folder, List<String> command) {
    List<String> other = new ArrayList<>(command);
    int at = other.indexOf("-cp") + 1;
    other.set(at, folder + ":" + other.get(at));
    return other;
  }
}
