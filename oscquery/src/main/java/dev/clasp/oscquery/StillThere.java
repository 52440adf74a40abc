package dev.clasp.oscquery;

import dev.clasp.client.Parameter;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Asks the router whether parameters are still there, a few at a time: of a parameter that ends,
 * subscribers get no more than a null, if anything. Thread-safe.
 */
final class StillThere {

  private final int atOnce;
  private final Function<String, CompletableFuture<Optional<Parameter>>> ask;
  private final Consumer<String> ended;
  private final Queue<String> waiting = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();
  private int running;

  /**
   * @param ask for the parameter of an address
   * @param ended told that there is none
   */
  StillThere(
      int atOnce,
      Function<String, CompletableFuture<Optional<Parameter>>> ask,
      Consumer<String> ended) {
    this.atOnce = atOnce;
    this.ask = ask;
    this.ended = ended;
  }

  void check(String address) {
    synchronized (this) {
      if (!known.add(address)) {
        return;
      }
      waiting.add(address);
    }
    next();
  }

  private void next() {
    while (true) {
      String address;
      synchronized (this) {
        if (running >= atOnce || waiting.isEmpty()) {
          return;
        }
        address = waiting.remove();
        running++;
      }
      CompletableFuture<Optional<Parameter>> answer;
      try {
        answer = ask.apply(address);
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      answer.whenComplete((parameter, failure) -> {
        synchronized (this) {
          running--;
          known.remove(address);
        }
        if (failure == null && parameter.isEmpty()) {
          ended.accept(address);
        }
        nextLater();
      });
    }
  }

  /** Not deeper and deeper, when answers are there at once. */
  private void nextLater() {
    CompletableFuture.runAsync(this::next, task -> Thread.ofVirtual().start(task));
  }
}
