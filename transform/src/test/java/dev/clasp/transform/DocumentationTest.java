package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/mapping.md shows works, and what is there is in it. */
class DocumentationTest {

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "mapping.md"));
  }

  private static MappingRun block(int number) throws IOException {
    String text = page().split("```json\n", -1)[number + 1];
    Value definition = Json.of(text.substring(0, text.indexOf("```")));
    return Mapping.parse(definition, "/osc").start();
  }

  private static List<String> send(MappingRun run, Direction direction, String address, Value v) {
    List<MappedSignal> out = new ArrayList<>();
    run.map(direction, new MappedSignal(address, SignalType.PARAM, v), 0, out::add);
    return out.stream()
        .map(signal -> signal.address() + " " + Fields.shown(signal.value()))
        .collect(Collectors.toList());
  }

  @Test
  void theFirstExample() throws IOException {
    MappingRun run = block(0);
    assertThat(send(run, Direction.IN, "/1/fader3", Value.of(0.5)))
        .containsExactly("/lights/3/dimmer 127.5");
    assertThat(send(run, Direction.OUT, "/lights/3/dimmer", Value.of(255.0)))
        .containsExactly("/1/fader3 1");
    assertThat(send(run, Direction.IN, "/1/push2", Value.of(1.0))).containsExactly("/cue/2/go 1");
    assertThat(send(run, Direction.IN, "/1/push2", Value.of(0.0))).isEmpty();
  }

  @Test
  void theRecipes() throws IOException {
    MappingRun run = block(1);
    assertThat(send(run, Direction.IN, "/1/xy", Json.of("[0.5, 1.0]")))
        .containsExactly("/head/1/pan 0", "/head/1/tilt 135");
    assertThat(send(run, Direction.IN, "/pad/ch/1/cc/7", Value.of(127)))
        .containsExactly("/lights/1/7/dimmer 1");
    assertThat(send(run, Direction.OUT, "/lights/1/7/dimmer", Value.of(0.0)))
        .containsExactly("/pad/ch/1/cc/7 0");
    assertThat(send(run, Direction.IN, "/sensors/a", Json.of("{temperature: 21, other: 1}")))
        .containsExactly("/room/a/temperature 21");
    assertThat(send(run, Direction.IN, "/master", Value.of(0.5))).hasSize(3);
  }

  @Test
  void everyTransformIsInTheTable() throws IOException {
    String page = page();
    for (String type : TransformParser.TYPES) {
      if (!type.equals("wasm")) {
        assertThat(page).contains("`" + type + "`");
      }
    }
  }
}
