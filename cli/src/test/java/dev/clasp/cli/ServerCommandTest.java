package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerCommandTest {

  private static final Pattern READY =
      Pattern.compile(
          "CLASP router ready: (ws://localhost:\\d+) and (tcp://localhost:\\d+) - open"
              + " http://localhost:\\d+/ in a browser\\R");

  private final TestTerminal terminal = new TestTerminal();

  @Test
  void printsOneLineServesAndStops() throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start("server", "--port", "0", "--name", "Main stage", "--ack", "always");
    Matcher ready = READY.matcher(terminal.awaitOut(text -> text.endsWith(System.lineSeparator())));
    assertThat(ready.matches()).isTrue();
    TestTerminal client = new TestTerminal();
    assertThat(client.run("info", ready.group(1))).isZero();
    assertThat(client.out()).contains("Main stage");
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    assertThat(READY.matcher(terminal.out()).matches()).isTrue();
    assertThat(new TestTerminal().run("get", "/a", "-s", ready.group(1)))
        .isEqualTo(ExitStatus.UNAVAILABLE);
  }

  @Test
  void showsACodeWithWhichAClientGetsAToken(@TempDir Path folder) throws Exception {
    String store = folder.resolve("tokens.json").toString();
    CompletableFuture<Integer> serving =
        terminal.start(
            "server",
            "--port",
            "0",
            "--token-file",
            store,
            "--pair",
            "--pair-scopes",
            "read:/a/**");
    Matcher shown =
        Pattern.compile(
                "(?s).*Pairing code: (\\d{3} \\d{3}) - for one client, within 300 s: clasp pair"
                    + " (ws://localhost:\\d+)\\R")
            .matcher(terminal.awaitOut(text -> text.lines().count() == 2));
    assertThat(shown.matches()).as(terminal.out()).isTrue();

    TestTerminal client = new TestTerminal();
    assertThat(client.run("pair", shown.group(2), "--code", shown.group(1)))
        .as(client.err())
        .isZero();
    TestTerminal reader =
        new TestTerminal(
            Map.of("CLASP_TOKEN", client.out().strip(), "CLASP_SERVER", shown.group(2)), false);
    assertThat(reader.run("get", "/a/x")).isEqualTo(ExitStatus.ABSENT);
    assertThat(
            new TestTerminal(
                    Map.of("CLASP_TOKEN", client.out().strip(), "CLASP_SERVER", shown.group(2)),
                    false)
                .run("get", "/b/x"))
        .isEqualTo(ExitStatus.NOT_PERMITTED);

    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aCodeIsOfNoUseWithoutAPlaceForTheToken(@TempDir Path folder) throws Exception {
    assertThat(terminal.run("server", "--port", "0", "--pair")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("--pair needs a --token-file");

    Path lines = Files.writeString(folder.resolve("tokens.txt"), "cpsk_abcdefgh read:/**\n");
    TestTerminal second = new TestTerminal();
    assertThat(second.run("server", "--port", "0", "--pair", "--token-file", lines.toString()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(second.err()).contains("these have lines");

    TestTerminal third = new TestTerminal();
    String store = folder.resolve("new.json").toString();
    assertThat(third.run("server", "--pair", "--pair-scopes", "fly:/**", "--token-file", store))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(third.err()).contains("--pair-scopes: ");
    assertThat(folder.resolve("new.json")).doesNotExist();
  }

  @Test
  void clientsAreToldThatItStops() throws Exception {
    CompletableFuture<Integer> serving = terminal.start("server", "--port", "0");
    Matcher ready = READY.matcher(terminal.awaitOut(text -> text.endsWith(System.lineSeparator())));
    assertThat(ready.matches()).isTrue();
    TestTerminal watcher = new TestTerminal();
    CompletableFuture<Integer> watching = watcher.start("watch", "-s", ready.group(1));
    assertThat(new TestTerminal().run("set", "/a", "1", "-s", ready.group(1))).isZero();
    watcher.awaitOut(text -> text.contains("/a 1"));
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    watcher.awaitErr(text -> text.contains("lost the connection"));
    assertThat(watcher.err()).contains("server is stopping");
    watcher.interrupt();
    assertThat(watching.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void stopsWithStandardInputIfAskedTo() throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start("server", "--port", "0", "--stop-with-stdin");
    terminal.awaitOut(text -> text.endsWith(System.lineSeparator()));
    terminal.closeIn();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void jsonOutputSaysWhereItListens() throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start("server", "--port", "0", "--output", "json");
    assertThat(terminal.awaitOut(text -> text.endsWith(System.lineSeparator())))
        .matches(
            "\\{\"url\":\"ws://localhost:\\d+\",\"console\":\"http://localhost:\\d+/\",\"port\":\\d+,\"tcp\":\"tcp://localhost:\\d+\",\"urls\":\\[\"ws://localhost:\\d+\",\"tcp://localhost:\\d+\"]}\\R");
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tls-cert CERT | two certificates are for the name localhost",
        "--tls-password-file KEY | more files with passwords (1) than PKCS#12 files (0)",
        "--tls-key KEY2 | is that of none of the certificates in",
      })
  void saysInOneLineWhichCertificateCannotBeUsed(
      String options, String complaint, @TempDir Path folder, @TempDir Path other) {
    String files = folder.resolve("clasp").toString();
    String others = other.resolve("clasp").toString();
    terminal.run("cert", "--for", "localhost", "--out", folder.toString());
    terminal.run("cert", "--for", "other", "--out", other.toString());
    String arguments = "server --port 0 --tls-cert CERT --tls-key KEY " + options;

    int status =
        terminal.run(
            arguments
                .replace("KEY2", others + "-key.pem")
                .replace("CERT", files + "-cert.pem")
                .replace("KEY", files + "-key.pem")
                .split(" "));

    assertThat(status).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err().lines().filter(line -> line.startsWith("clasp:")))
        .singleElement()
        .asString()
        .contains(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tls-cert a.pem | belong together",
        "--tls-key a.pem | belong together",
        "--tls-password-file a | --tls-password-file needs --tls-cert",
        "--tls-only | --tls-only needs --tls-cert",
        "--client-ca a.pem | --client-ca needs --tls-cert",
        "--quic | QUIC is always encrypted",
        "--quic 70000 | --quic must be 0 to 65535",
        "--udp 70000 | --udp must be 0 to 65535",
        "--udp --udp-max-datagram 100 | maxDatagram must be 512 to 65507",
        "--udp-no-validation | belongs to --udp",
        "--udp --tls-only --tls-cert CERT --tls-key KEY | --udp is never encrypted",
        "--serial /dev/ttyX?baud=fast | baud must be 50 to",
        "--ble-node any | lets everybody in range",
        "--ble Stage --ble-encryption none | lets everybody in range",
        "--ble-node AA:BB | no address of a Bluetooth device",
        "--ble-node any --ble-node AA:BB:CC:DD:EE:FF | any, paired, or a list",
        "--ble-adapter hci0 | belongs to --ble",
        "--protocol quic | --quic needs --tls-cert",
      })
  void saysWhatIsWrongWithTheWaysIn(String options, String complaint, @TempDir Path folder) {
    String files = folder.resolve("clasp").toString();
    if (options.contains("CERT")) {
      terminal.run("cert", "--for", "localhost", "--out", folder.toString());
    }
    String[] line =
        ("server --port 0 " + options)
            .replace("CERT", files + "-cert.pem")
            .replace("KEY", files + "-key.pem")
            .split(" ");

    assertThat(terminal.run(line)).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(complaint);
  }

  @Test
  void aPortThatIsTakenIsOneClearSentence() {
    try (ClaspServer other = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      String port = Integer.toString(other.address().getPort());
      assertThat(terminal.run("server", "--port", port)).isEqualTo(ExitStatus.FAILURE);
      assertThat(terminal.out()).isEmpty();
      assertThat(terminal.err()).contains("127.0.0.1:" + port).contains("in use").hasLineCount(1);
    }
  }

  @Test
  void anOpenAddressNeedsTheUsersWord() {
    assertThat(terminal.run("server", "--host", "0.0.0.0", "--port", "0"))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err()).contains("--allow-open").hasLineCount(1);
  }

  /** With one connection, there is no room for a second. */
  @Test
  void limitsOfConnectionsAreOptions() throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start(
            "server",
            "--port",
            "0",
            "--protocol",
            "tcp",
            "--max-connections",
            "1",
            "--max-connections-per-ip",
            "50",
            "--max-unauthenticated",
            "10",
            "--max-unauthenticated-per-ip",
            "5",
            "--connection-rate",
            "100",
            "--connection-burst",
            "200",
            "--limit-loopback",
            "--upgrade-timeout",
            "1m",
            "--trusted-proxy",
            "10.0.0.0/8",
            "--small-frame",
            "128");
    Matcher ready =
        Pattern.compile("CLASP router ready: (tcp://localhost:(\\d+)) - .*\\R")
            .matcher(terminal.awaitOut(text -> text.endsWith(System.lineSeparator())));
    assertThat(ready.matches()).isTrue();
    try (Socket only = new Socket("127.0.0.1", Integer.parseInt(ready.group(2)))) {
      byte[] hello =
          FrameCodec.encode(
              new Message.Hello(1, Set.of(), "only", Optional.empty(), Optional.empty()));
      only.getOutputStream()
          .write(ByteBuffer.allocate(4 + hello.length).putInt(hello.length).put(hello).array());
      assertThat(only.getInputStream().readNBytes(3)).as("of the length of WELCOME").hasSize(3);
      assertThat(new TestTerminal().run("set", "/a", "1", "-s", ready.group(1))).isNotZero();
    }
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }
}
