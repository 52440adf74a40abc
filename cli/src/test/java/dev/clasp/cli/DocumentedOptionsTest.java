package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words of the reference for which ours has others. */
class DocumentedOptionsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "server --quic --quic-port 4433 > server --quic=4433",
        "server --quic-port=4433 --quic > server --quic=4433",
        "server --udp --udp-port 1 > server --udp=1",
        "server --quic > server --quic",
        "server --persist --persist-path x --persist-interval 5"
            + " > server --persist=x --persist-interval 5",
        "server --metrics > server --metrics-port",
        "server --metrics --metrics-port 9091 > server --metrics-port=9091",
        "server --require-auth --token-public-key k.pem > server --auth=authenticated --jwt-key k.pem",
        "server --token-public-key=k.pem > server --jwt-key=k.pem",
        "server -p quic -P 7331 > server -P 7331 --quic=7331",
        "server --protocol=QUIC -p websocket > server -p websocket --quic",
        "server --port=7 -p quic --quic-port 8 > server --port=7 --quic=8",
        "-c a.yaml server --port 0 > server -c a.yaml --port 0",
        "--config=a.yaml server > server --config=a.yaml",
        "--json-logs info > --log-format=json info",
        "set /a -- --json-logs > set /a -- --json-logs",
        "mqtt -c me -p 1883 > mqtt -c me -p 1883",
        "watch --metrics > watch --metrics",
      })
  void theyAreUnderstood(String theirs, String ours) {
    assertThat(DocumentedOptions.understood(theirs.split(" ", -1)))
        .containsExactly(ours.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "server --token-secret=s3cret, --jwt-key",
    "server --pairing-timeout 60, five minutes",
    "http --api-key x, docs/http.md",
    "http --sse, --stream",
    "key generate, docs/compatibility.md",
    "journal latest, docs/compatibility.md",
  })
  void whatIsNotHereSaysWhatToDo(String line, String said) {
    TestTerminal terminal = new TestTerminal();

    assertThat(terminal.run(line.split(" ", -1))).isEqualTo(ExitStatus.USAGE);

    assertThat(terminal.err())
        .startsWith("clasp: there is no ")
        .contains(said)
        .doesNotContain("s3cret")
        .doesNotContain("Did you mean");
  }

  @Test
  void certificatesAreNotInvented() {
    TestTerminal terminal = new TestTerminal();

    assertThat(terminal.run("server", "--port", "0", "--tls")).isEqualTo(ExitStatus.USAGE);

    assertThat(terminal.err()).contains("needs --tls-cert and --tls-key", "clasp cert");
  }
}
