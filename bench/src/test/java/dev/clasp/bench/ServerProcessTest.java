package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerProcessTest {

  @Test
  void startsAServerAndEndsIt() {
    ProcessHandle process;
    try (ServerProcess server =
        ServerProcess.start(
            "bare",
            ServerProcess.java(List.of("-Xmx64m"), BareNetty.class.getName(), "batch", "1"))) {
      process = ProcessHandle.of(server.pid().getAsLong()).orElseThrow();
      assertThat(process.isAlive()).isTrue();
      assertThat(server.uri().getScheme()).isEqualTo("ws");
      assertThat(server.uri().getPort()).isPositive();
    }
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void saysWhatDidNotStart() {
    assertThatThrownBy(() -> ServerProcess.start("the server", List.of("/does/not/exist")))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("cannot start the server");
    assertThatThrownBy(() -> ServerProcess.start("the server", List.of("true")))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("the server ended before it was ready");
  }
}
