package dev.clasp.server;

import dev.clasp.transport.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The files of the console, from the class path. Thread-safe. */
final class ConsoleFiles {

  private static final String ROOT = "/META-INF/clasp-console";

  /** No inline script or style, nothing from elsewhere; WebSocket and API of this origin only. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "connect-src 'self' ws: wss:; font-src 'self'; worker-src 'self'; "
          + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "woff2", "font/woff2",
          "json", "application/json",
          "webmanifest", "application/manifest+json",
          "txt", "text/plain; charset=utf-8");

  private final Map<String, Optional<byte[]>> files = new ConcurrentHashMap<>();

  /** The file of a path, or 404. Directories do not exist; {@code /} is the page. */
  HttpReply serve(String path) {
    String name = path.equals("/") ? "/index.html" : path;
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !isPlain(name)) {
      return notFound();
    }
    Optional<byte[]> file = cached(name);
    if (file.isEmpty()) {
      return path.equals("/")
          ? HttpReply.text(200, "CLASP router. This build has no console; /api/status has JSON.\n")
          : notFound();
    }
    return new HttpReply(200, type, file.get())
        .withHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .withHeader("X-Content-Type-Options", "nosniff")
        .withHeader("Referrer-Policy", "no-referrer")
        .withHeader(
            "Cache-Control",
            name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  }

  /**
   * Only names as the build makes them: no traversal, no hidden files, no escapes. A loop and not a
   * pattern, which would need a stack frame for each part of a long path.
   */
  private static boolean isPlain(String name) {
    char previous = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '_';
      boolean separator = c == '/' || c == '.';
      if (!letter && !separator || separator && (previous == '/' || previous == '.')) {
        return false;
      }
      previous = c;
    }
    return name.startsWith("/");
  }

  private Optional<byte[]> cached(String name) {
    Optional<byte[]> file = files.get(name);
    if (file == null) {
      file = read(name);
      // Misses are not kept: anybody can ask for endless names.
      if (file.isPresent()) {
        files.put(name, file);
      }
    }
    return file;
  }

  private static Optional<byte[]> read(String name) {
    try (InputStream in = ConsoleFiles.class.getResourceAsStream(ROOT + name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpReply notFound() {
    return HttpReply.text(404, "no such page\n");
  }
}
