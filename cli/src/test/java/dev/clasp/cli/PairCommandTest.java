package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.Scopes;
import dev.clasp.security.StoredTokenIssuer;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.security.TokenStoreFile;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.PairingConfig;
import dev.clasp.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against a router in this process. */
class PairCommandTest {

  private static final String ADMIN = "cpsk_an-administrator-of-everything";

  @TempDir private Path folder;

  private TokenAuthenticator tokens;
  private ClaspServer server;

  @BeforeEach
  void startRouter() {
    TokenStoreFile store = new TokenStoreFile(folder.resolve("tokens.json"));
    store.create();
    tokens =
        new TokenAuthenticator(
            TokenConfig.NOBODY
                .withFiles(List.of(store.path()))
                .withLines(List.of(ADMIN + " admin:/**")),
            InstantSource.system(),
            report -> {});
    server =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withRouter(RouterConfig.builder().name("Main stage").build())
                .withAuthenticator(tokens)
                .withPairing(
                    new PairingConfig(
                        new StoredTokenIssuer(
                            store, InstantSource.system(), new SecureRandom(), tokens::refresh))));
  }

  @AfterEach
  void stopRouter() {
    server.close();
    tokens.close();
  }

  private TestTerminal terminal(String... environment) {
    return new TestTerminal(
        environment.length == 0
            ? Map.of("CLASP_SERVER", server.url())
            : Map.of("CLASP_SERVER", server.url(), environment[0], environment[1]),
        false);
  }

  private String shownCode() {
    return server
        .pairing()
        .orElseThrow()
        .show(Scopes.parseList("read:/**,write:/lights/**"), "a test")
        .code()
        .digits();
  }

  private static String other(String code) {
    return String.format("%06d", (Integer.parseInt(code) + 1) % 1_000_000);
  }

  @Test
  void theTokenIsAloneOnStdoutAndWorks() {
    TestTerminal pairing = terminal();
    int status = pairing.run("pair", server.url(), "--code", shownCode(), "--name", "FOH laptop");
    assertThat(status).as(pairing.err()).isZero();
    assertThat(pairing.out()).matches("cpsk_\\S+\\R");
    assertThat(pairing.err())
        .contains("paired with Main stage; the token allows read:/**, write:/lights/**");

    String token = pairing.out().strip();
    TestTerminal allowed = terminal("CLASP_TOKEN", token);
    assertThat(allowed.run("set", "/lights/1", "0.5")).as(allowed.err()).isZero();
    TestTerminal denied = terminal("CLASP_TOKEN", token);
    assertThat(denied.run("set", "/audio/1", "0.5")).isEqualTo(ExitStatus.NOT_PERMITTED);
  }

  @Test
  void theCodeIsAskedForIfItIsNotGiven() throws Exception {
    String code = shownCode();
    TestTerminal pairing = terminal();
    pairing.type(code.substring(0, 3) + " " + code.substring(3) + "\n");

    assertThat(pairing.run("pair")).as(pairing.err()).isZero();
    assertThat(pairing.out()).startsWith("cpsk_");
  }

  @Test
  void aSavedTokenIsForItsOwnerOnlyAndNotPrinted() throws Exception {
    Path file = folder.resolve("token");
    Files.writeString(file, "an old one, longer than the new one can ever be ".repeat(5));
    TestTerminal pairing = terminal();
    int status = pairing.run("pair", "--code", shownCode(), "--save", file.toString());

    assertThat(status).as(pairing.err()).isZero();
    assertThat(pairing.out()).isEmpty();
    assertThat(Files.readString(file)).matches("cpsk_\\S+\\R");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("token", "tokens.json", "tokens.json.lock");
    }
  }

  @Test
  void aFileThatCannotBeWrittenCostsNoCode() {
    String code = shownCode();
    TestTerminal pairing = terminal();
    int status =
        pairing.run("pair", "--code", code, "--save", folder.resolve("none/token").toString());

    assertThat(status).isEqualTo(ExitStatus.FAILURE);
    assertThat(pairing.err()).contains("cannot write");
    assertThat(terminal().run("pair", "--code", code)).isZero();
  }

  @Test
  void aWrongCodeIsNotPermittedAndSaysSoOnce() {
    String code = shownCode();
    TestTerminal pairing = terminal();

    assertThat(pairing.run("pair", "--code", other(code))).isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(pairing.out()).isEmpty();
    assertThat(pairing.err().lines()).hasSize(1);
    assertThat(pairing.err()).contains("the code is wrong").doesNotContain(code);
  }

  @Test
  void aCodeThatIsNoneIsNotTried() {
    shownCode();
    TestTerminal pairing = terminal();

    assertThat(pairing.run("pair", "--code", "12345")).isEqualTo(ExitStatus.USAGE);
    assertThat(pairing.err()).contains("6 digits");
    assertThat(server.pairing().orElseThrow().shown().orElseThrow().attemptsLeft()).isEqualTo(5);
  }

  @Test
  void anAdministratorGetsACodeForAnotherClient() throws Exception {
    TestTerminal administrator = terminal("CLASP_TOKEN", ADMIN);
    int status = administrator.run("pair", "--new", "--scopes", "read:/a/**");
    assertThat(status).as(administrator.err()).isZero();
    assertThat(administrator.out()).matches("[0-9]{6}\\R");
    assertThat(administrator.err())
        .contains("one client, which may then read:/a/**")
        .contains("clasp pair " + server.url());

    TestTerminal pairing = terminal();
    assertThat(pairing.run("pair", "--code", administrator.out().strip(), "--output", "json"))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(pairing.out());
    assertThat(json.get("token").textValue()).startsWith("cpsk_");
    assertThat(json.get("server").textValue()).isEqualTo("Main stage");
    assertThat(json.get("scopes").toString()).isEqualTo("[\"read:/a/**\"]");
  }

  @Test
  void nobodyElseGetsACode() {
    TestTerminal stranger = terminal();
    assertThat(stranger.run("pair", "--new")).isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(stranger.err()).contains("token");
    assertThat(stranger.out()).isEmpty();
  }

  @Test
  void anOpenRouterNeedsNoPairing() {
    try (ClaspServer open = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      TestTerminal pairing = terminal();
      assertThat(pairing.run("pair", open.url(), "--code", "123456")).isEqualTo(ExitStatus.FAILURE);
      assertThat(pairing.err()).contains("pairing is not needed");
    }
  }

  @Test
  void mistakesAreSaid() {
    for (List<String> wrong :
        List.of(
            List.of("pair", "--new", "--code", "123456"),
            List.of("pair", "--new", "--save", "x"),
            List.of("pair", "--scopes", "read:/**"),
            List.of("pair", "ftp://x"))) {
      TestTerminal pairing = terminal();
      assertThat(pairing.run(wrong.toArray(String[]::new))).isEqualTo(ExitStatus.USAGE);
    }
    server.close();
    assertThat(terminal().run("pair", "--code", "123456")).isEqualTo(ExitStatus.UNAVAILABLE);
  }
}
