package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenStoreFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokenCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String A = "cpsk_a1b2c3d4e5f60718293a4b5c6d7e8f90";
  private static final String B = "cpsk_a1b2c3d4XXXX0718293a4b5c6d7e8f91";
  private static final long NOW = TestTerminal.NOW.getEpochSecond();

  @TempDir Path folder;
  private Path file = Path.of("");
  private TestTerminal terminal = new TestTerminal();

  @BeforeEach
  void theStoreOfTheUser() {
    file = folder.resolve("clasp/tokens.json");
  }

  /** Runs a command in the world of a user whose configuration is in the folder. */
  private int run(String... args) {
    terminal = new TestTerminal(Map.of("XDG_CONFIG_HOME", folder.toString()), false);
    return terminal.run(args);
  }

  private String ok(String... args) {
    assertThat(run(args)).as(() -> terminal.out() + terminal.err()).isZero();
    return terminal.out();
  }

  private String fails(String... args) {
    assertThat(run(args)).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.out()).isEmpty();
    return terminal.err();
  }

  private void write(String json) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, json);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** As the reference writes it: one token of an hour ago, and an older one that has expired. */
  private void writeTwo() throws IOException {
    write(
        """
        {"tokens": {
          "%s": {"token": "%s", "subject": "desk", "scopes": ["read:/**", "write:/lights/**"],
                 "expires_at": null, "created_at": %d},
          "%s": {"token": "%s", "scopes": ["admin:/**"], "expires_at": %d, "created_at": %d,
                 "metadata": {"room": "foh"}}}}
        """
            .formatted(A, A, NOW - 3600, B, B, NOW - 1, NOW - 7200));
  }

  private static String id(String token) {
    return TokenDigest.of(token).id();
  }

  private TokenStoreFile store() {
    return new TokenStoreFile(file);
  }

  // --- create ------------------------------------------------------------------------------------

  @Test
  void createPrintsTheTokenAloneAndSavesItForItsOwnerOnly() throws Exception {
    String token =
        ok("token", "create", "-s", "read:/**,write:/{a,b}/*", "-e", "7d", "--subject", "desk")
            .strip();
    assertThat(token).matches("cpsk_[0-9A-Za-z]{32}");
    assertThat(terminal.out()).hasLineCount(1);
    assertThat(terminal.err()).isEqualToIgnoringNewLines("OK Token saved to: " + file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String digest = TokenDigest.of(token).text();
    JsonNode entry = JSON.readTree(file.toFile()).get("tokens").get(digest);
    assertThat(entry.toString())
        .isEqualTo(
            "{\"token\":\"%s\",\"subject\":\"desk\",\"scopes\":[\"read:/**\",\"write:/{a,b}/*\"],"
                    .formatted(digest)
                + "\"expires_at\":%d,\"created_at\":%d}".formatted(NOW + 7 * 86_400, NOW));
  }

  @Test
  void aReadableTokenIsStoredAsTheReferenceDoes() throws Exception {
    String token = ok("token", "create", "-s", "read:/a", "--readable").strip();
    assertThat(JSON.readTree(file.toFile()).get("tokens").get(token).get("token").textValue())
        .isEqualTo(token);
    assertThat(ok("token", "show", id(token), "--reveal")).startsWith("Token: " + token);
    assertThat(run("token", "create", "-s", "read:/a", "--readable", "--hash-only"))
        .isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void createKeepsTheTokensThatAreThere() throws Exception {
    writeTwo();
    ok("token", "create", "--scopes", "read:/a");
    assertThat(store().read().tokens()).hasSize(3);
  }

  @Test
  void thereIsNoSecretInTheFile() throws Exception {
    String token = ok("token", "create", "-s", "read:/a").strip();
    assertThat(Files.readString(file)).contains(TokenDigest.of(token).text()).doesNotContain(token);
    assertThat(ok("token", "list")).contains("sha256:" + id(token) + "...", "ID: " + id(token));
    assertThat(fails("token", "show", id(token), "--reveal")).contains("rotate " + id(token));
    assertThat(ok("token", "revoke", token)).contains(id(token));
    assertThat(store().read().tokens()).isEmpty();
  }

  @Test
  void theFileMayBeElsewhereAndNamedBeforeOrBehindTheAction() {
    Path other = folder.resolve("other.json");
    ok("token", "--file", other.toString(), "create", "-s", "read:/a");
    ok("token", "create", "--file", other.toString(), "-s", "read:/b");
    assertThat(new TokenStoreFile(other).read().tokens()).hasSize(2);
    assertThat(file).doesNotExist();
  }

  @Test
  void notBeforeIsATimeAndExpiryCountsFromThere() {
    ok("token", "create", "-s", "r:/a", "--not-before", "2026-01-01T00:00:00Z", "-e", "1h");
    assertThat(store().read().tokens().getFirst().entry())
        .satisfies(entry -> {
          assertThat(entry.notBefore()).hasValue(1_767_225_600);
          assertThat(entry.expiresAt()).hasValue(1_767_229_200);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "-s read:a | starts with '/'",
        "-s go:/a | read, write, admin or federate",
        "-s read:/a, | a scope is an action",
        "-s read:/a -e 11y | '11y' is no time for --expires",
        "-s read:/a -e 4000d | at most 10 years",
        "-s read:/a -e 0 | a second or more",
        "-s read:/a --not-before soon | no time for --not-before",
      })
  void mistakesAreOneSentenceAndNoToken(String args, String message) {
    String err = fails(("token create " + args).split(" "));
    assertThat(err).startsWith("clasp: ").contains(message).hasLineCount(1);
    assertThat(file).doesNotExist();
  }

  @Test
  void scopesAreRequired() {
    assertThat(run("token", "create")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("--scopes");
  }

  @Test
  void signsThatMeanNothingWithoutAStarAreNoted() {
    ok("token", "create", "-s", "read:/a/{x,y}");
    assertThat(terminal.err()).contains("ordinary characters, because it has no *");
    ok("token", "create", "-s", "read:/a/{x,y}/*");
    assertThat(terminal.err()).doesNotContain("ordinary");
  }

  @Test
  void createdTokensAreJsonIfAskedFor() throws Exception {
    JsonNode json =
        JSON.readTree(ok("token", "create", "-s", "read:/a", "-e", "60", "--output", "json"));
    String token = json.get("token").textValue();
    assertThat(json.toString())
        .isEqualTo(
            "{\"id\":\"%s\",\"token\":\"%s\",\"subject\":null,\"scopes\":[\"read:/a\"],"
                    .formatted(id(token), token)
                + "\"created\":\"2025-01-31T18:30:00.000Z\",\"notBefore\":null,"
                + "\"expires\":\"2025-01-31T18:31:00.000Z\",\"expired\":false}");
  }

  // --- list --------------------------------------------------------------------------------------

  @Test
  void listShowsTheOldestFirstAndNoWholeToken() throws Exception {
    writeTwo();
    assertThat(ok("token", "list", "--show-expired").lines())
        .containsExactly(
            "CLASP Tokens in " + file + ":",
            "",
            "  cpsk_a1b2c3d...8f91 [EXPIRED]",
            "    ID: " + id(B),
            "    Scopes: admin:/**",
            "    Expires: expired",
            "",
            "  cpsk_a1b2c3d...8f90",
            "    ID: " + id(A),
            "    Subject: desk",
            "    Scopes: read:/**, write:/lights/**",
            "    Expires: never",
            "");
    assertThat(ok("token", "list")).contains(id(A)).doesNotContain(id(B));
  }

  @Test
  void noTokensAreNoError() {
    assertThat(ok("token", "list")).isEqualToIgnoringNewLines("No tokens found in " + file);
    assertThat(file).doesNotExist();
  }

  @Test
  void listIsOneJsonLinePerTokenIfAskedFor() throws Exception {
    writeTwo();
    List<String> lines = ok("token", "list", "--show-expired", "--output", "json").lines().toList();
    assertThat(lines).hasSize(2).noneMatch(line -> line.contains("cpsk_"));
    assertThat(JSON.readTree(lines.getFirst()).get("expired").booleanValue()).isTrue();
    assertThat(JSON.readTree(lines.getLast()).get("id").textValue()).isEqualTo(id(A));
  }

  @Test
  void textOfTheFileCannotForgeTheTerminal() throws Exception {
    write(
        "{\"tokens\":{\"%s\":{\"subject\":\"x\\u001b[2J\\n  fake\",\"scopes\":[\"read:/a\"]}}}"
            .formatted(A));
    assertThat(ok("token", "list")).doesNotContain("\u001b").contains("x\\u001b[2J\\n  fake");
    assertThat(ok("token", "show", id(A))).doesNotContain("\u001b");
  }

  @Test
  void shortTokensAreNotShownEither() throws Exception {
    write("{\"tokens\":{\"cpsk_secret\":{\"scopes\":[]}}}");
    assertThat(ok("token", "list")).doesNotContain("secret").contains("cpsk_...", "Scopes: none");
  }

  // --- show --------------------------------------------------------------------------------------

  @Test
  void showMasksTheTokenUnlessAskedToReveal() throws Exception {
    writeTwo();
    assertThat(ok("token", "show", id(A)).lines())
        .containsExactly(
            "Token: cpsk_a1b2c3d...8f90",
            "ID: " + id(A),
            "Subject: desk",
            "Scopes:",
            "  - read:/**",
            "  - write:/lights/**",
            "Expires: never",
            "Created: 1 hour ago");
    assertThat(ok("token", "show", id(A), "--reveal")).startsWith("Token: " + A);
    assertThat(ok("token", "show", B)).contains("Expires: expired [EXPIRED]");
    assertThat(ok("token", "show", id(A), "--reveal", "--output", "json"))
        .contains("\"token\":\"" + A + "\"");
  }

  // --- revoke, delete ----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"revoke", "delete"})
  void revokeTakesATokenOutAndPrintsItMasked(String command) throws Exception {
    writeTwo();
    assertThat(ok("token", command, A))
        .isEqualToIgnoringNewLines("OK Revoked: cpsk_a1b2c3d...8f90 (" + id(A) + ")");
    assertThat(store().read().tokens())
        .singleElement()
        .satisfies(t -> assertThat(t.secret()).hasValue(B));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "c", "cpsk_", "cpsk_a1b2c3"})
  void aShortPrefixRevokesNothing(String prefix) throws Exception {
    writeTwo();
    assertThat(fails("token", "revoke", prefix))
        .contains("at least its first 12 characters", id(A), id(B))
        .doesNotContain(A);
    assertThat(store().read().tokens()).hasSize(2);
  }

  @Test
  void anAmbiguousPrefixRevokesNothing() throws Exception {
    writeTwo();
    assertThat(fails("token", "revoke", "cpsk_a1b2c3d4"))
        .contains("more than one token", id(A), id(B))
        .doesNotContain(A);
    assertThat(store().read().tokens()).hasSize(2);
  }

  @Test
  void aUniquePrefixRevokes() throws Exception {
    writeTwo();
    ok("token", "revoke", "cpsk_a1b2c3d4e");
    assertThat(store().read().tokens()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke", "show", "rotate"})
  void aTokenThatIsNotThereIsStatus1(String command) throws Exception {
    writeTwo();
    assertThat(fails("token", command, "cpsk_nothing_like_that")).contains("Token not found");
    assertThat(fails("token", command, "00000000")).contains("Token not found");
  }

  // --- prune, rotate -----------------------------------------------------------------------------

  @Test
  void pruneRemovesWhatHasExpired() throws Exception {
    writeTwo();
    assertThat(ok("token", "prune")).isEqualToIgnoringNewLines("OK Removed 1 expired token(s)");
    assertThat(ok("token", "prune")).isEqualToIgnoringNewLines("OK Removed 0 expired token(s)");
    assertThat(store().read().tokens()).hasSize(1);
  }

  @Test
  void rotateRevokesTheOldTokenAtOnce() throws Exception {
    writeTwo();
    String token = ok("token", "rotate", id(A)).strip();
    assertThat(terminal.err()).contains("OK Rotated: cpsk_a1b2c3d...8f90", "is revoked");
    assertThat(store().read().tokens())
        .hasSize(2)
        .last()
        .satisfies(t -> {
          assertThat(t.secret()).hasValue(token);
          assertThat(t.entry().subject()).hasValue("desk");
          assertThat(t.entry().scopes().toString()).isEqualTo("[read:/**, write:/lights/**]");
          assertThat(t.entry().createdAt()).hasValue(NOW);
          assertThat(t.entry().expiresAt()).isEmpty();
        });
  }

  @Test
  void rotateMayLeaveTheOldTokenValidForAWhile() throws Exception {
    writeTwo();
    ok("token", "rotate", id(A), "--overlap", "1h", "--expires", "30d");
    assertThat(terminal.err()).contains("is valid for another 1 hour");
    assertThat(store().read().tokens()).hasSize(3);
    assertThat(ok("token", "show", id(A))).contains("Expires: in 1 hour");
    assertThat(store().read().tokens().getLast().entry().expiresAt()).hasValue(NOW + 30 * 86_400);
  }

  @Test
  void rotateOfAnExpiredTokenNeedsANewExpiry() throws Exception {
    writeTwo();
    assertThat(fails("token", "rotate", id(B))).contains("--expires");
    ok("token", "rotate", id(B), "--expires", "1d", "--overlap", "1h");
    assertThat(store().read().tokens()).hasSize(2).noneMatch(t -> t.secret().orElse("").equals(B));
    assertThat(store().read().tokens().getLast().entry().metadata()).containsEntry("room", "foh");
  }

  @Test
  void theDigestOfATokenIsRotatedToADigest() {
    String old = ok("token", "create", "-s", "read:/a", "--hash-only").strip();
    ok("token", "rotate", id(old));
    assertThat(store().read().tokens())
        .singleElement()
        .satisfies(t -> assertThat(t.secret()).isEmpty());
  }

  // --- the rest ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"list", "prune", "show x", "revoke x", "rotate x", "create -s r:/a"})
  void aCorruptFileIsStatus1AndStaysAsItIs(String command) throws Exception {
    write("{ corrupt");
    assertThat(fails(("token " + command).split(" "))).contains(file.toString(), "not valid JSON");
    assertThat(file).hasContent("{ corrupt");
  }

  @Test
  void aFileThatOthersCanReadIsNoted() throws Exception {
    writeTwo();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    ok("token", "list");
    assertThat(terminal.err()).contains("others on this machine can read it", "chmod 600");
  }

  @Test
  void tokenAloneIsAnErrorWithItsHelp() {
    assertThat(run("token")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("Usage: clasp token", "create", "revoke, delete", "rotate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "list", "show", "revoke", "prune", "rotate"})
  void everyActionExplainsItselfWithAnExample(String action) {
    assertThat(ok("token", action, "--help"))
        .contains("Usage: clasp token " + action)
        .containsPattern("Examples:\\R  clasp token ")
        .contains("--file", "General:", "--output");
    assertThat(terminal.lines()).allMatch(line -> line.length() <= 100);
    assertThat(ok("token", action, "--version")).startsWith("clasp ");
    CommandLine line =
        Objects.requireNonNull(
            Objects.requireNonNull(
                    CommandLines.create(new Clasp(terminal.terminal()))
                        .getSubcommands()
                        .get("token"))
                .getSubcommands()
                .get(action));
    line.getCommandSpec()
        .options()
        .forEach(o -> assertThat(o.description()).as(o.longestName()).isNotEmpty());
    line.getCommandSpec()
        .positionalParameters()
        .forEach(p -> assertThat(p.description()).as(p.paramLabel()).isNotEmpty());
  }

  @Test
  void theStoreIsWhereTheReferenceHasIt() {
    Path home = Path.of("/home/u");
    assertThat(TokenCommand.defaultFile(Map.of(), "Linux", "/home/u"))
        .isEqualTo(home.resolve(".config/clasp/tokens.json"));
    assertThat(TokenCommand.defaultFile(Map.of("XDG_CONFIG_HOME", "/c"), "Linux", "/home/u"))
        .isEqualTo(Path.of("/c/clasp/tokens.json"));
    assertThat(TokenCommand.defaultFile(Map.of("XDG_CONFIG_HOME", "c"), "Linux", "/home/u"))
        .isEqualTo(home.resolve(".config/clasp/tokens.json"));
    assertThat(TokenCommand.defaultFile(Map.of(), "Mac OS X", "/home/u"))
        .isEqualTo(home.resolve("Library/Application Support/clasp/tokens.json"));
    assertThat(TokenCommand.defaultFile(Map.of("APPDATA", "/d"), "Windows 11", "/home/u"))
        .isEqualTo(Path.of("/d/clasp/tokens.json"));
    assertThat(TokenCommand.defaultFile(Map.of(), "Linux", ""))
        .isEqualTo(Path.of("clasp/tokens.json"));
  }

  @Test
  void whatIsExportedIsImportedElsewhereOnce() throws IOException {
    String secret = ok("token", "create", "-s", "read:/**", "--subject", "desk").strip();
    ok("token", "create", "-s", "write:/a/**", "--readable");
    Path copy = folder.resolve("copy.json");
    Files.writeString(copy, ok("token", "export"));
    assertThat(Files.readString(copy)).doesNotContain(secret);

    Path other = folder.resolve("other.json");
    String[] importing = {"token", "--file", other.toString(), "import", copy.toString()};
    assertThat(ok(importing)).isEqualToIgnoringNewLines("OK Added 2 token(s)");
    assertThat(ok(importing))
        .isEqualToIgnoringNewLines("OK Added 0 token(s), 2 were there already");
    assertThat(new TokenStoreFile(other).read().toJson())
        .isEqualTo(new TokenStoreFile(file).read().toJson());
  }

  @Test
  void whatIsNoStoreIsNotImported() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.json"), "cpsk_x read:/**");
    assertThat(fails("token", "import", wrong.toString())).contains("wrong.json is no store");
    assertThat(fails("token", "import", folder.resolve("none").toString()))
        .contains("cannot be read");
    assertThat(file).doesNotExist();
  }
}
