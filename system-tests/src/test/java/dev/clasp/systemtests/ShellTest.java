package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is around every screen of the console: navigation, keys, themes, what it says of itself. */
@RealProgram
class ShellTest {

  @RegisterExtension static final Stage stage = new Stage("--name", "Main stage");

  @Test
  void theFrameIsAccessible() {
    Screen screen = stage.screen("live");
    screen.await("router-name", "Main stage");
    screen.requireAccessible();
    Screen other =
        stage.screen(stage.browser(), stage.server().page(), Map.of("storage", "second"));
    other.await("router-name", "Main stage");
    assertThat(other.timing().get("paints").get("first-contentful-paint").doubleValue())
        .isPositive();
    System.out.println(other.timing().toPrettyString());
    other.pictures("shell");
  }
}
