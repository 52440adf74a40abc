package dev.clasp.security;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;

class ScopeFuzzTest {

  /** Lines: a pattern, an address, and then scopes. */
  @FuzzTest
  void anyTextsAreScopesOrADeclaredError(FuzzedDataProvider data) {
    List<String> lines = new ArrayList<>(List.of(data.consumeRemainingAsString().split("\n", 20)));
    String pattern = lines.removeFirst();
    String address = lines.isEmpty() ? "" : lines.removeFirst();
    ScopeProperties.check(lines, pattern, address);
  }
}
