package dev.clasp.server;

import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.util.Map;

/**
 * Something that lives as long as a server and beside it: announces it, serves pages, keeps books.
 * Its methods are called one after the other by the thread that starts or stops the server; {@link
 * #has}, {@link #handle} and {@link #counters} by any.
 */
public interface Companion extends HttpHandler, AutoCloseable {

  /** Makes a companion. */
  @FunctionalInterface
  interface Factory {

    /**
     * @param server not started yet: its addresses are known in {@link Companion#start}
     */
    Companion create(ClaspServer server);
  }

  /** In the status and in messages: {@code mdns}. */
  String name();

  /** Whether the main port asks this companion for the path. */
  default boolean has(String path) {
    return false;
  }

  @Override
  default HttpReply handle(HttpQuery query) {
    return HttpReply.text(404, "there is nothing here\n");
  }

  /**
   * The server listens.
   *
   * @throws RuntimeException with a sentence for the user; the server does not start then
   */
  default void start() {}

  /** The server accepts nobody new. */
  default void drain() {}

  /** What it has counted since the start, by name. */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Gives what it measures besides, under names of its own. Any thread. */
  default void measure(Measures to) {}

  /** Frees everything, in bounded time. Idempotent; also called if the start failed. */
  @Override
  void close();
}
