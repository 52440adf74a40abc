package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.Cpsk;
import dev.clasp.security.PairingCall;
import dev.clasp.security.PairingClient;
import dev.clasp.security.PairingCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Security screen in Chromium, with the tokens that it makes used by real clients. */
@RealProgram
class SecurityScreenTest {

  private static final String ADMIN = Cpsk.generate(new SecureRandom());
  private static final String READER = Cpsk.generate(new SecureRandom());

  @RegisterExtension
  static final Stage stage =
      Stage.withTokens(
          ADMIN, "--token-file", store().toString(), "--pair", "--token-file", lines().toString());

  private final Screen page = stage.screen().allowRefusals().logIn(ADMIN).go("security");

  private static Path folder() {
    try {
      return Files.createTempDirectory(
          "clasp-security",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Made by the server. */
  private static Path store() {
    return folder().resolve("tokens.json");
  }

  private static Path lines() {
    try {
      Path file = folder().resolve("lines");
      Files.writeString(
          file,
          ADMIN + " admin:/** subject=operator\n" + READER + " read:/lights/** subject=reader\n");
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String row(String id) {
    return "[data-testid=token-row][data-id='" + id + "']";
  }

  private void ask(String action, String address) {
    page.select("may-action", action);
    page.fill("may-address", address);
    page.click("may-ask");
  }

  private void verdict(boolean allowed) {
    page.await("[data-testid=may-verdict][data-allowed=" + allowed + "]");
  }

  @Test
  void aTokenIsMadeShownOnceUsedAndRevoked() {
    page.click("token-new");
    page.fill("token-subject", "wall display");
    page.fill("token-expires", "soon");
    assertThat(page.enabled("token-make")).isFalse();
    page.fill("token-expires", "12h");
    page.click("preset-lights");
    page.awaitHas("scope-words", "may see and change everything below /lights");
    page.requireAccessible();
    page.pictures("security-make");
    page.click("token-make");
    String token = page.text("token-secret");
    assertThat(token).matches("cpsk_[A-Za-z0-9]{32}");
    String id = page.attribute("token-secret", "data-id").orElseThrow();
    page.click("token-qr-show");
    page.await("token-qr");
    assertThat(page.remains()).contains(token);
    page.click("token-done");
    page.awaitGone("token-secret");
    assertThat(page.remains()).as("it is shown once").doesNotContain(token);

    // The real thing at the other end: it may do what was chosen, and no more.
    RawClient display = stage.raw("wall display", token);
    page.await(row(id) + " [data-testid=token-sessions]:text-is('1')");
    page.await(row(id) + " [data-testid=token-for]:text-is('wall display')");
    page.awaitHas(row(id) + " [data-testid=token-used]", "ago");
    page.await("token-own");
    page.requireAccessible();
    page.pictures("security");

    page.click(row(id) + " [data-testid=token-revoke]");
    page.awaitHas("confirm", "This ends 1 session at once");
    // Enter does no harm.
    page.awaitFocus("confirm-no");
    page.click("confirm-yes");
    page.awaitGone(row(id));
    assertThat(display.awaitClose().text()).isEqualTo("Token revoked");
    page.await("[data-testid=token-ended][data-id='" + id + "']");

    // Nothing of it is left where others could find it.
    page.reload();
    page.await("token-new");
    page.awaitGone(row(id));
  }

  @Test
  void aTokenIsMadeAndRevokedByKeys() {
    page.tabTo("token-new").press("Enter");
    page.await("token-maker").tabTo("token-subject").type("by keys");
    page.tabTo("preset-lights").press("Enter");
    page.tabTo("token-make").press("Enter");
    String token = page.await("token-secret").text("token-secret");
    String id = page.attribute("token-secret", "data-id").orElseThrow();
    page.tabTo("token-done").press("Enter");
    RawClient client = stage.raw("by keys", token);
    page.await(row(id));
    page.tabTo(row(id) + " [data-testid=token-revoke]").press("Enter");
    page.awaitFocus("confirm-no").tabTo("confirm-yes").press("Enter");
    page.awaitGone(row(id));
    assertThat(client.awaitClose().text()).isEqualTo("Token revoked");
  }

  @Test
  void theRouterSaysWhatATokenMayDo() {
    page.click("part-may");
    page.await("may");
    page.click("may-way-token");
    page.fill("may-token", READER);
    ask("read", "/lights/1");
    verdict(true);
    page.await("may-by", "read:/lights/**");
    ask("write", "/lights/1");
    verdict(false);
    page.awaitHas("may-why", "allows only to read");
    ask("read", "/lights");
    page.awaitHas("may-why", "begins below this address");
    verdict(false);
    page.fill("may-token", Cpsk.generate(new SecureRandom()));
    ask("read", "/lights/1");
    page.awaitHas("may-why", "none of the token files");

    page.click("may-way-scopes");
    page.fill("may-scopes", "read:/**,write:/sound/*");
    ask("write", "/sound/**");
    verdict(false);
    page.awaitHas("may-why", "read:/** covers it, but allows only to read");
    ask("write", "/sound/*");
    verdict(true);
    page.requireAccessible();
    page.pictures("security-may");

    page.click("may-way-id");
    page.select("may-id", "token " + idOf("reader") + ", reader");
    ask("write", "/lights/1");
    verdict(false);

    // What the router says here it says to clients too.
    RawClient reader = stage.raw("reader", READER);
    reader.send(Frames.set("/lights/1", 1.0));
    page.click("part-audit");
    page.await("[data-testid=audit-row][data-event='authz.denied']");
  }

  private String idOf(String subject) {
    page.click("part-main");
    page.await("token-new");
    page.fill("token-filter", subject);
    page.awaitCount("token-row", 1);
    String id = page.attribute("token-row", "data-id").orElseThrow();
    page.go("security/may/" + id);
    page.awaitValue("may-id", id);
    return id;
  }

  @Test
  void theAuditLogIsLiveAndCanBeTakenAway() throws IOException {
    page.click("part-audit");
    page.await("audit");
    RawClient stranger = stage.rawConnection();
    stranger.send(Frames.hello("stranger", Cpsk.generate(new SecureRandom())));
    page.await("[data-testid=audit-row][data-event='auth.fail'][data-result=fail]");
    RawClient desk = stage.raw("audited desk", READER);
    page.fill("audit-who", "audited desk");
    page.await("[data-testid=audit-row][data-event='session.open']");
    page.fill("audit-who", "");
    page.select("audit-event", "auth.fail");
    page.awaitGone("[data-testid=audit-row][data-event='session.open']");
    page.select("audit-event", "");
    page.requireAccessible();
    page.pictures("security-audit");
    String text = Files.readString(page.download("audit-export", "audit.jsonl"));
    assertThat(text).contains("\"event\":\"auth.fail\"").contains("audited desk");
    assertThat(text).doesNotContain(ADMIN).doesNotContain(READER);
    assertThat(text.lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    desk.close();
  }

  @Test
  void aDeviceIsPairedByACode() {
    page.click("part-pairing");
    page.click("pairing-show");
    String code = page.text("pairing-code");
    Matcher digits = Pattern.compile("(\\d{3}) (\\d{3})").matcher(code);
    assertThat(digits.matches()).isTrue();
    page.screenshot("security-pairing");
    String token;
    try (PairingCall call = new PairingCall(stage.server().page(), Patience.LIMIT)) {
      token =
          call.pair(
                  new PairingClient(
                      "pocket fader",
                      PairingCode.parse(digits.group(1) + digits.group(2)).orElseThrow(),
                      new SecureRandom()))
              .token();
    }
    page.await("pairing-over");
    RawClient fader = stage.raw("pocket fader", token);
    page.click("part-main");
    page.await("[data-testid=token-for]:text-is('pocket fader')");
    fader.close();
  }

  @Test
  void aNarrowTokenIsToldThatThisIsForAdministrators() {
    Screen narrow = stage.screen().allowRefusals().logIn(READER);
    narrow.go("security");
    narrow.await("admin-only");
    narrow.go("sessions");
    narrow.await("admin-only");
    narrow.go("operate");
    narrow.await("admin-only");
    narrow.screenshot("security-narrow");
  }
}
