package dev.clasp.bridge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for the router's answer to what it has sent. By address: when a newer value takes the
 * place of one that waits, the answer to the newer one is that to both. Not thread-safe.
 */
final class AnswerBook {

  /** Addresses; beyond, the oldest is told that nobody knows. */
  private static final int MAX_ADDRESSES = 4096;

  /** For one address. */
  private static final int MAX_ASKING = 256;

  /** One who waits, perhaps for several addresses. */
  private static final class Question {
    private final Consumer<Optional<String>> outcome;
    private int open;
    private Optional<String> failure = Optional.empty();
    private boolean told;

    Question(Consumer<Optional<String>> outcome) {
      this.outcome = outcome;
    }

    void answered(Optional<String> why) {
      open--;
      failure = failure.or(() -> why);
      tellIfDone();
    }

    void tellIfDone() {
      if (open <= 0 && !told) {
        told = true;
        outcome.accept(failure);
      }
    }
  }

  private final Map<String, List<Question>> asking = new LinkedHashMap<>();
  private @Nullable Question current;
  private boolean offered;

  /** What is offered from now on is what this one waits for. */
  void begin(Consumer<Optional<String>> outcome) {
    current = new Question(outcome);
    // So that an answer that comes at once does not end it before everything is offered.
    current.open = 1;
    offered = false;
  }

  void offered(String address) {
    Question question = current;
    if (question == null) {
      return;
    }
    offered = true;
    List<Question> same = asking.computeIfAbsent(address, _ -> new ArrayList<>(1));
    if (same.size() < MAX_ASKING) {
      question.open++;
      same.add(question);
    } else {
      question.failure = Optional.of("too many wait for the router");
    }
    if (asking.size() > MAX_ADDRESSES) {
      String oldest = asking.keySet().iterator().next();
      answered(oldest, Optional.of("too many wait for the router"));
    }
  }

  void end() {
    Question question = current;
    current = null;
    if (question != null) {
      question.answered(
          offered
              ? Optional.empty()
              : Optional.of("the bridge does not take it: no rule, a limit, or it comes back"));
    }
  }

  /**
   * @param why the router does not take it; empty if it does
   */
  void answered(String address, Optional<String> why) {
    List<Question> waited = asking.remove(address);
    if (waited != null) {
      waited.forEach(question -> question.answered(why));
    }
  }

  void clear() {
    List<List<Question>> all = List.copyOf(asking.values());
    asking.clear();
    all.forEach(
        each -> each.forEach(question -> question.answered(Optional.of("the bridge is stopped"))));
  }
}
