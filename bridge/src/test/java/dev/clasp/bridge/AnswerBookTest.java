package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerBookTest {

  private final AnswerBook book = new AnswerBook();
  private final List<String> told = new ArrayList<>();

  private void ask(String who, String... addresses) {
    book.begin(outcome -> told.add(who + " " + outcome.orElse("ok")));
    for (String address : addresses) {
      book.offered(address);
    }
    book.end();
  }

  @Test
  void theAnswerComesWhenEverythingIsAnswered() {
    ask("a", "/x", "/y");
    book.answered("/x", Optional.empty());
    assertThat(told).isEmpty();
    book.answered("/y", Optional.of("no"));
    assertThat(told).containsExactly("a no");
  }

  @Test
  void theNewerValueAnswersForTheOlder() {
    ask("a", "/x");
    ask("b", "/x");
    book.answered("/x", Optional.empty());
    book.answered("/x", Optional.of("late"));
    assertThat(told).containsExactly("a ok", "b ok");
  }

  @Test
  void whatGoesNowhereIsSaidAtOnce() {
    ask("a");
    assertThat(told).singleElement().asString().contains("does not take it");
  }

  @Test
  void whoeverWaitsAtTheEndIsTold() {
    ask("a", "/x");
    book.clear();
    assertThat(told).containsExactly("a the bridge is stopped");
  }

  @Test
  void whatNobodyAsksForIsNotKept() {
    book.offered("/x");
    book.answered("/x", Optional.empty());
    assertThat(told).isEmpty();
  }

  @Test
  void tooManyAreTold() {
    for (int i = 0; i < 5000; i++) {
      ask(String.valueOf(i), "/" + i);
    }
    assertThat(told)
        .hasSize(5000 - 4096)
        .allMatch(text -> text.endsWith("too many wait for the router"));
  }
}
