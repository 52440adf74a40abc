package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The tables of docs/midi-mapping.md say what the program does. */
class MidiMappingDocTest {

  private static final Pattern SETTING = Pattern.compile("`(\\w+): ([^`]+)`");

  @TestFactory
  List<DynamicTest> everyRowIsTrue() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Value> settings = Map.of();
    String table = "";
    for (String line : Files.readAllLines(Path.of("../docs/midi-mapping.md"))) {
      if (line.startsWith("#")) {
        settings = settings(line);
        table = "";
      } else if (!line.startsWith("|")) {
        table = "";
      } else if (table.isEmpty()) {
        table = line;
      } else if (!line.startsWith("| ---")) {
        String[] cells = line.split("\\|");
        Map<String, Value> with = settings;
        String head = table;
        tests.add(
            DynamicTest.dynamicTest(
                line,
                () -> {
                  switch (head) {
                    case "| Bytes | Kind | Path | Value |" -> comes(cells, with);
                    case "| Path | Value | Bytes |" -> goes(cells, with);
                    case "| Path | Value | Reason |" -> isRefused(cells, with);
                    default -> throw new AssertionError(head);
                  }
                }));
      }
    }
    assertThat(tests).hasSizeGreaterThan(60);
    return tests;
  }

  private static Map<String, Value> settings(String heading) {
    Map<String, Value> settings = new LinkedHashMap<>();
    Matcher matcher = SETTING.matcher(heading);
    while (matcher.find()) {
      settings.put(
          matcher.group(1),
          matcher.group(2).matches("\\d")
              ? Value.of(Long.parseLong(matcher.group(2)))
              : Value.of(matcher.group(2)));
    }
    return settings;
  }

  private static String code(String cell) {
    return cell.substring(cell.indexOf('`') + 1, cell.lastIndexOf('`'));
  }

  private static Value value(String cell) {
    return cell.strip().startsWith("bytes")
        ? Value.of(HexFormat.of().parseHex(code(cell).replace(" ", "")))
        : JsonValues.parse(code(cell)).orElseThrow();
  }

  private static void comes(String[] cells, Map<String, Value> settings) {
    MappedDevice device = new MappedDevice(settings);
    device.bytes(code(cells[1]));
    device.pass(10_000_000);
    // A gesture has its phase and its id behind the kind.
    String[] kind = cells[2].strip().split(" ");
    SignalType type = SignalType.ofName(kind[0]).orElseThrow();
    MappedSignal signal =
        new MappedSignal(
            code(cells[3]),
            type,
            value(cells[4]),
            Map.of(),
            type == SignalType.GESTURE
                ? Optional.of(
                    new GestureStep(
                        Integer.parseInt(kind[2]), GesturePhase.ofName(kind[1]).orElseThrow()))
                : Optional.empty());
    assertThat(device.signals).containsExactly(signal);
    assertThat(device.dropped).isEmpty();

    // And back, but for what the page says of it.
    device.send(signal);
    assertThat(device.dropped).isEmpty();
    if (!code(cells[1]).equals("90 3C 00")
        && !settings.containsKey("notes")
        && !settings.containsKey("mpe")) {
      MappedDevice again = new MappedDevice(settings);
      again.bytes(device.sent());
      again.pass(10_000_000);
      assertThat(again.signals).containsExactly(signal);
    }
  }

  private static void goes(String[] cells, Map<String, Value> settings) {
    MappedDevice device = new MappedDevice(settings);
    device.send(code(cells[1]), value(cells[2]));
    assertThat(device.dropped).isEmpty();
    assertThat(device.sentHex()).isEqualTo(code(cells[3]));
  }

  private static void isRefused(String[] cells, Map<String, Value> settings) {
    MappedDevice device = new MappedDevice(settings);
    device.send(code(cells[1]), value(cells[2]));
    assertThat(device.messages).isEmpty();
    assertThat(device.dropped).containsExactly(code(cells[1]) + ": " + code(cells[3]));
  }
}
