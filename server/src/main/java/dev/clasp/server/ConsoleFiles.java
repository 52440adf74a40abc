package dev.clasp.server;

import dev.clasp.transport.AcceptEncoding;
import dev.clasp.transport.AcceptEncoding.Coding;
import dev.clasp.transport.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The files of the console, from the class path. Thread-safe. */
final class ConsoleFiles {

  private static final String ROOT = "/META-INF/clasp-console";

  /**
   * No inline script or style, nothing from elsewhere; WebSocket and API of this origin only, for
   * which {@code 'self'} is enough: it stands for ws and wss of the same host and port too (CSP 3).
   */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "connect-src 'self'; font-src 'self'; worker-src 'self'; "
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

  /** What the build has packed, the best first. */
  private static final List<Coding> CODINGS = List.of(Coding.BROTLI, Coding.GZIP);

  private final Map<String, Optional<byte[]>> files = new ConcurrentHashMap<>();

  /** The file of a path as it is, or 404. Directories do not exist; {@code /} is the page. */
  HttpReply serve(String path) {
    return serve(path, "");
  }

  /**
   * The same, packed if the client takes that and the build has it so.
   *
   * @param acceptEncoding what the request says; empty for nothing
   */
  HttpReply serve(String path, String acceptEncoding) {
    String name = path.equals("/") ? "/index.html" : path;
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !isPlain(name)) {
      return notFound();
    }
    Optional<byte[]> file = cached(name, "");
    if (file.isEmpty()) {
      return path.equals("/")
          ? HttpReply.text(200, "CLASP router. This build has no console; /api/status has JSON.\n")
          : notFound();
    }
    HttpReply reply = packed(name, type, acceptEncoding);
    return (reply == null ? new HttpReply(200, type, file.get()) : reply)
        .withHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .withHeader("X-Content-Type-Options", "nosniff")
        .withHeader("Referrer-Policy", "no-referrer")
        .withHeader(
            "Cache-Control",
            name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  }

  private @Nullable HttpReply packed(String name, String type, String acceptEncoding) {
    AcceptEncoding accepted = AcceptEncoding.of(acceptEncoding);
    for (Coding coding : CODINGS) {
      Optional<byte[]> file =
          accepted.weight(coding) > 0 ? cached(name, coding.suffix()) : Optional.empty();
      if (file.isPresent()) {
        return new HttpReply(200, type, file.get())
            .withHeader("Content-Encoding", coding.token())
            .withHeader("Vary", "Accept-Encoding");
      }
    }
    return null;
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

  private Optional<byte[]> cached(String name, String suffix) {
    Optional<byte[]> file = files.get(name + suffix);
    if (file == null) {
      file = read(name, suffix);
      // Misses are not kept: anybody can ask for endless names.
      if (file.isPresent()) {
        files.put(name + suffix, file);
      }
    }
    return file;
  }

  /**
   * A packed file counts only beside the one that was packed: others may come first on the path.
   */
  private static Optional<byte[]> read(String name, String suffix) {
    URL plain = ConsoleFiles.class.getResource(ROOT + name);
    URL file = suffix.isEmpty() ? plain : ConsoleFiles.class.getResource(ROOT + name + suffix);
    if (plain == null || file == null || !file.toString().equals(plain + suffix)) {
      return Optional.empty();
    }
    try (InputStream in = file.openStream()) {
      return Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpReply notFound() {
    return HttpReply.text(404, "no such page\n");
  }
}
