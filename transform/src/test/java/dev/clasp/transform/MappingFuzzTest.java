package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any definition is a mapping or a sentence that says why not; and a mapping works with any signal
 * and is read again from its own definition. The input is a definition, and behind a line with
 * {@code #} an address and a value.
 */
class MappingFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "[{from: '/a/{n}', to: '/b/{n+1}', direction: both, transform: invert}]\n#/a/1\n0.5",
            "[{from: ['/x', '/y'], to: /xy, collect: true, rate: 5, deadband: 0.1}]\n#/x\n[1, 2]",
            "[{from: '/{a**}', to: '/{i}', when: 'value > 1 && i < 2'}]\n#/q/r\n{x: 1}",
            "{mapping: {custom: {'/a/*': '/b/*'}, filter: {include: ['/a*']}}}\n#/a/\n'text'",
            "{mappings: [{source: {protocol: osc, address: /a}, target: {protocol: clasp,"
                + " address: /b}, transform: {type: scale}}]}\n#/a\n1e300",
            "{match: all, rules: [{from: '/a', to: '/b', transform: [{type: smooth}, '= prev + t',"
                + " {type: json_path, path: '$..x[?@>1]'}]}]}\n#/a\nnull")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyDefinitionIsAMappingOrAMistake(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int hash = text.indexOf("\n#");
    String address = "/a/1";
    Value value = Value.of(0.5);
    Mapping mapping;
    try {
      if (hash >= 0) {
        String rest = text.substring(hash + 2);
        int line = rest.indexOf('\n');
        address = line < 0 ? rest : rest.substring(0, line);
        value = line < 0 ? value : Json.of(rest.substring(line + 1));
      }
      mapping = Mapping.parse(Json.of(hash < 0 ? text : text.substring(0, hash)), "/p");
    } catch (MappingException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    } catch (IllegalStateException e) {
      return;
    }
    assertThat(Mapping.parse(mapping.definition(), "/p")).isEqualTo(mapping);
    MappingRun run = mapping.start();
    for (Direction direction : Direction.values()) {
      for (String each : List.of(address, "/p" + address, "/a/1")) {
        MappedSignal signal = new MappedSignal(each, SignalType.PARAM, value);
        List<MappingStep> before = run.explain(direction, signal, 5);
        assertThat(run.explain(direction, signal, 5)).isEqualTo(before);
        run.map(direction, signal, 5, _ -> {});
        run.map(direction, signal, 6, _ -> {});
      }
    }
    assertThat(run.release(Long.MAX_VALUE / 2, (_, _) -> {})).isEqualTo(Long.MAX_VALUE);
    assertThat(run.cells()).isEqualTo(run.countedCells());
  }
}
