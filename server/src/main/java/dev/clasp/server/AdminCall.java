package dev.clasp.server;

import dev.clasp.security.Identity;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A request to the admin API whose sender may make it.
 *
 * @param variable what stands at the place of the variable of the path, decoded; empty if it has
 *     none
 * @param reply takes the answer, once, from any thread
 */
public record AdminCall(HttpQuery query, Identity who, String variable, Consumer<HttpReply> reply) {

  /** A mistake of the caller. */
  public static final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    public Mistake(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  String peer() {
    return LinkConnection.text(query.remote());
  }

  public void json(int status, byte[] json) {
    reply.accept(new HttpReply(status, "application/json", json));
  }

  public void text(int status, String sentence) {
    reply.accept(HttpReply.text(status, sentence + "\n"));
  }

  /** It is done, and there is nothing to say. */
  public void done() {
    reply.accept(new HttpReply(204, "text/plain; charset=utf-8", new byte[0]));
  }

  public Optional<String> parameter(String name) {
    for (String part : query.query().split("&", -1)) {
      if (part.startsWith(name + "=")) {
        return Optional.of(decoded(part.substring(name.length() + 1)));
      }
    }
    return Optional.empty();
  }

  static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Mistake(400, "a % in the URL is followed by no two hexadecimal digits");
    }
  }

  /** A whole number within bounds. */
  public long number(String name, long otherwise, long max) {
    Optional<String> text = parameter(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.get().matches("[0-9]{1,18}") || Long.parseLong(text.get()) > max) {
      throw new Mistake(400, name + " must be 0 to " + max);
    }
    return Long.parseLong(text.get());
  }
}
