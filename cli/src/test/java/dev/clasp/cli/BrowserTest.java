package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a browser is started with. */
class BrowserTest {

  private static final String PAGE = "http://localhost:7330/";

  @Test
  void severalAreSeparatedAsInThePathOfTheSystem() {
    assertThat(new Browser("Linux", Map.of("BROWSER", "a --new %s:b")).commands(PAGE))
        .containsExactly(List.of("a", "--new", PAGE), List.of("b", PAGE));
    assertThat(
            new Browser("Windows 11", Map.of("BROWSER", "C:\\a\\a.exe;D:\\b.exe -x"))
                .commands(PAGE))
        .containsExactly(List.of("C:\\a\\a.exe", PAGE), List.of("D:\\b.exe", "-x", PAGE));
  }

  @Test
  void otherwiseItIsThatOfTheSystem() {
    assertThat(new Browser("Mac OS X", Map.of()).commands(PAGE))
        .containsExactly(List.of("open", PAGE));
    assertThat(new Browser("Linux", Map.of()).commands(PAGE)).isEmpty();
    assertThat(new Browser("Linux", Map.of("DISPLAY", ":0")).commands(PAGE))
        .containsExactly(List.of("xdg-open", PAGE));
  }
}
