package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BridgeStoreTest {

  private static final List<BridgeDefinition> TWO =
      List.of(
          BridgeDefinition.of("desk", "osc", Map.of("bind", Value.of(":9000"))),
          BridgeDefinition.of("home", "mqtt", Map.of("topics", Value.of(List.of(Value.of("#")))))
              .withEnabled(false));

  @TempDir Path folder;

  @Test
  void whatWasSavedIsLoadedAndPeopleCanReadIt() throws IOException {
    Path file = folder.resolve("deep/bridges.json");
    BridgeStore.save(file, TWO);
    BridgeStore.save(file, TWO);
    assertThat(BridgeStore.load(file)).isEqualTo(TWO);
    assertThat(Files.readString(file)).contains("\n").contains("\"name\" : \"desk\"");
    assertThat(Files.getPosixFilePermissions(file))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    try (var files = Files.list(folder.resolve("deep"))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFileOfTheConsoleMayHaveTheRoutersOfItsUser() throws IOException {
    Path file = folder.resolve("bridges.json");
    String bridges = "\"bridges\":[{\"name\":\"desk\",\"protocol\":\"osc\"}]";
    Files.writeString(
        file, "{" + bridges + ",\"routers\":[{\"name\":\"x\",\"url\":\"http://x/\"}]}");
    assertThat(BridgeStore.load(file)).extracting(BridgeDefinition::name).containsExactly("desk");
    Files.writeString(file, "{" + bridges + ",\"router\":[]}");
    assertThatThrownBy(() -> BridgeStore.load(file)).hasMessageContaining("router");
  }

  @Test
  void noFileIsNoBridge() {
    assertThat(BridgeStore.load(folder.resolve("none.json"))).isEmpty();
  }

  @Test
  void mistakesAreNamedWithFileAndPlace() throws IOException {
    Path file = folder.resolve("bridges.json");
    Files.writeString(file, "{\"bridges\":[{\"protocol\":\"osc\"},{\"protocol\":\"osc\"}]}");
    assertThatThrownBy(() -> BridgeStore.load(file))
        .isInstanceOf(BridgeException.class)
        .hasMessage(file + ": bridges[1].name: there is a bridge osc already");
    Files.writeString(file, "{");
    assertThatThrownBy(() -> BridgeStore.load(file)).hasMessage(file + " is not valid JSON");
    Files.write(file, new byte[] {(byte) 0xFF});
    assertThatThrownBy(() -> BridgeStore.load(file)).hasMessage(file + " is not UTF-8 text");
  }

  @Test
  void whatCannotBeWrittenSaysSo() throws IOException {
    Path file = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(file.resolve("x"), "x");
    assertThatThrownBy(() -> BridgeStore.save(file, TWO))
        .isInstanceOfSatisfying(BridgeException.class, e -> assertThat(e.lasting()).isFalse());
  }
}
