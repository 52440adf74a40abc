package dev.clasp.systemtests;

import static dev.clasp.systemtests.Frames.set;
import static dev.clasp.systemtests.Frames.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientState;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.systemtests.PeerClient.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server that wants tokens, and what published clients and ours make of it. */
@RealProgram
class TokensTest {

  private static final String ADMIN = token("admin");
  private static final String READER = token("reader");
  private static final String LIGHTS = token("lights");
  private static final String LIGHTS_ONLY = token("lightsonly");
  private static final String NO_SCENE = token("noscene");
  private static final String OLD = token("old");
  private static final String GUEST = token("guest");

  private static final List<String> LINES =
      List.of(
          ADMIN + " admin:/** subject=house",
          READER + " read:/**",
          LIGHTS + " read:/**,write:/s11/lights/**",
          LIGHTS_ONLY + " read:/s11/lights/**",
          NO_SCENE + " write:/s3/lights/**,read:/s3/**",
          OLD + " read:/** expires=2020-01-01T00:00:00Z");

  private static final Path FILE = tokenFile();

  @RegisterExtension
  static final Stage stage = Stage.withTokens(ADMIN, "--token-file", FILE.toString());

  private static String token(String name) {
    return "cpsk_" + name + "0".repeat(32 - name.length());
  }

  private static Path tokenFile() {
    try {
      Path file = Files.createTempDirectory("clasp-tokens").resolve("tokens.txt");
      write(file, LINES);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As an editor does it: a new file in place of the old one, readable by its owner. */
  private static void write(Path file, List<String> lines) throws IOException {
    Path next = file.resolveSibling("next.txt");
    Files.write(next, lines);
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @AfterAll
  static void removeTheFile() throws IOException {
    Files.deleteIfExists(FILE);
    Files.delete(FILE.getParent());
  }

  private static Message.Error refused(RawClient client, Message message) {
    List<Message> answers = client.send(message, Qos.CONFIRM).messages();
    assertThat(answers).singleElement().isInstanceOf(Message.Error.class);
    return (Message.Error) answers.getFirst();
  }

  private static void assertRefused(RawClient client, Message message, String address) {
    Message.Error error = refused(client, message);
    assertThat(error.code()).isEqualTo(301);
    assertThat(error.address()).hasValue(address);
  }

  private static List<String> addresses(List<Message> messages) {
    return messages.stream()
        .filter(Message.Snapshot.class::isInstance)
        .flatMap(m -> ((Message.Snapshot) m).parameters().stream())
        .map(Message.Parameter::address)
        .toList();
  }

  // --- S3, S11 -----------------------------------------------------------------------------------

  @Test
  void s3ASceneThatTheTokenMayNotRecallIsRefusedWhole() {
    RawClient viewer = stage.raw("viewer", READER);
    viewer.send(subscribe(1, "/s3/**"));
    viewer.exchange();
    PeerClient desk = stage.connect(stage.node(), "desk", Map.of("token", NO_SCENE));
    desk.frameTypes();

    desk.bundle(
        Item.set("/s3/lights/1/brightness", 0.8),
        Item.set("/s3/scene/active", "sunset"),
        Item.emit("/s3/scene/activated", Map.of("name", "sunset")));
    desk.fence();

    assertThat(desk.frameTypes()).containsExactly(MessageType.ERROR);
    assertThat(desk.lastError().orElseThrow().get("code").intValue()).isEqualTo(403);
    assertThat(viewer.messages()).isEmpty();
    RawClient raw = stage.raw("raw", NO_SCENE);
    Message.Error error =
        refused(raw, Frames.bundle(set("/s3/lights/1/brightness", 1), set("/s3/scene/active", 2)));
    assertThat(error.code()).isEqualTo(403);
    assertThat(error.address()).hasValue("/s3/scene/active");

    desk.bundle(Item.set("/s3/lights/1/brightness", 0.8), Item.set("/s3/lights/2/brightness", 0.6));
    desk.fence();
    assertThat(desk.frameTypes()).containsExactly(MessageType.ACK);
    assertThat(viewer.messages()).hasSize(2);
  }

  @Test
  void s11AReaderReadsAndChangesNothing() {
    RawClient reader = stage.raw("reader", READER);
    reader.send(subscribe(1, "/s11/lights/**"));
    assertThat(reader.messages()).noneMatch(m -> m instanceof Message.Error);
    assertRefused(reader, set("/s11/lights/1/brightness", 1), "/s11/lights/1/brightness");
    RawClient admin = stage.raw("admin", ADMIN);
    assertThat(refused(admin, new Message.Get("/s11/lights/1/brightness")).code()).isEqualTo(404);
  }

  @Test
  void s11AWriterWritesWhereItMay() {
    PeerClient js = stage.connect(stage.node(), "js", Map.of("token", LIGHTS));
    js.frameTypes();
    js.set("/s11/lights/living-room/brightness", 0.75);
    js.set("/s11/audio/master/volume", 0.5);
    js.fence();
    assertThat(js.frameTypes()).containsExactly(MessageType.ACK, MessageType.ERROR);
    JsonNode error = js.lastError().orElseThrow();
    assertThat(error.get("code").intValue()).isEqualTo(301);
    assertThat(error.get("address").asText()).isEqualTo("/s11/audio/master/volume");

    PeerClient python = stage.connect(stage.python(), "python", Map.of("token", LIGHTS));
    Watch watch = python.subscribe("/s11/lights/**");
    js.set("/s11/lights/python", 0.25);
    watch.await("/s11/lights/python", 0.25);
  }

  @Test
  void s11AnAdministratorMayEverything() {
    RawClient admin = stage.raw("admin", ADMIN);
    RawClient second = stage.raw("second", ADMIN);
    second.send(subscribe(1, "/s11/system/**"));
    second.exchange();
    admin.send(set("/s11/system/config/debug", 1), Qos.CONFIRM);
    admin.send(Frames.event("/s11/system/admin/action", Value.NULL));
    assertThat(admin.messages()).hasExactlyElementsOfTypes(Message.Ack.class);
    assertThat(second.messages())
        .hasExactlyElementsOfTypes(Message.SetValue.class, Message.Publish.class);
  }

  @Test
  void s11WhoMayReadTheLightsLearnsNothingOfTheAudio() {
    RawClient admin = stage.raw("admin", ADMIN);
    admin.send(set("/s11/audio/secret", 1), Qos.CONFIRM);
    admin.send(set("/s11/lights/known", 1), Qos.CONFIRM);
    admin.exchange();

    RawClient narrow = stage.rawConnection();
    narrow.send(Frames.hello("narrow", LIGHTS_ONLY));
    assertThat(addresses(narrow.messages()))
        .contains("/s11/lights/known")
        .allMatch(a -> a.startsWith("/s11/lights/"));
    assertRefused(narrow, subscribe(1, "/**"), "/**");
    assertRefused(narrow, subscribe(1, "/s11/**"), "/s11/**");
    assertRefused(narrow, new Message.Get("/s11/audio/secret"), "/s11/audio/secret");
    assertRefused(narrow, new Message.Get("/s11/audio/nothing"), "/s11/audio/nothing");
    admin.send(set("/s11/audio/secret", 2), Qos.CONFIRM);
    admin.exchange();
    assertThat(narrow.messages()).isEmpty();
  }

  private static ClaspClient java(String token) {
    return stage.java("java", builder -> builder.token(token));
  }

  private static void assertRefused(int code, String address, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ClaspException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(ClaspException.Kind.REJECTED);
              assertThat(e.code()).hasValue(code);
              assertThat(e.address()).hasValue(address);
            });
  }

  @Test
  void s3OurClientIsToldWhatTheTokenMayNotAndNothingIsApplied() {
    Watch viewer =
        stage.connect(stage.node(), "viewer", Map.of("token", READER)).subscribe("/s3/lights/j*");
    ClaspClient desk = java(NO_SCENE);

    assertRefused(
        403,
        "/s3/scene/active",
        () ->
            desk.blocking()
                .bundle(
                    new BundleBuilder()
                        .set("/s3/lights/java", 0.8)
                        .set("/s3/scene/active", "sunset")
                        .emit("/s3/scene/activated")));
    desk.blocking().bundle(new BundleBuilder().set("/s3/lights/java", 0.6));

    viewer.await("/s3/lights/java", 0.6);
    assertThat(viewer.all()).hasSize(1);
  }

  @Test
  void s11OurClientReadsAndWritesWhereItMay() {
    ClaspClient reader = java(READER);
    assertRefused(301, "/s11/java/a", () -> reader.blocking().set("/s11/java/a", 1));
    assertThat(reader.blocking().get("/s11/java/a")).isEmpty();

    PeerClient python = stage.connect(stage.python(), "python", Map.of("token", LIGHTS));
    Watch onPython = python.subscribe("/s11/lights/java");
    ClaspClient writer = java(LIGHTS);
    writer.blocking().set("/s11/lights/java", 0.75);
    onPython.await("/s11/lights/java", 0.75);
    assertRefused(
        301,
        "/s11/audio/master/volume",
        () -> writer.blocking().set("/s11/audio/master/volume", 1));

    ClaspClient admin = java(ADMIN);
    admin.blocking().set("/s11/system/java", true);
    admin.blocking().emit("/s11/system/admin/action");
    assertThat(reader.blocking().get("/s11/system/java")).isPresent();

    admin.blocking().set("/s11/audio/java", 1);
    ClaspClient narrow = java(LIGHTS_ONLY);
    assertRefused(301, "/**", () -> narrow.blocking().subscribe("/**"));
    assertRefused(301, "/s11/audio/java", () -> narrow.blocking().get("/s11/audio/java"));
    assertThat(narrow.cached("/s11/audio/java")).isEmpty();
  }

  // --- S12 ---------------------------------------------------------------------------------------

  private static void assertLoginRefused(Message hello, int code, String text) {
    RawClient client = stage.rawConnection();
    client.send(hello);
    assertThat(client.awaitClose()).isEqualTo(new CloseReason(CloseReason.POLICY, text));
    assertThat(client.await(Message.Error.class).code()).isEqualTo(code);
  }

  @Test
  void s12RejectedLoginsAreToldAndClosed() {
    assertLoginRefused(Frames.hello("none"), 300, "Authentication required");
    assertLoginRefused(Frames.hello("wrong", token("wrong")), 300, "Invalid token");
    assertLoginRefused(Frames.hello("other", "nonsense"), 300, "Invalid token");
    assertLoginRefused(Frames.hello("old", OLD), 302, "Token has expired");
  }

  @Test
  void s12TheJavaScriptClientRejectsWithOurReason() {
    for (Map<String, ?> options :
        List.of(Map.<String, Object>of(), Map.of("token", token("wrong")))) {
      PeerClient client = stage.client(stage.node(), "refused");
      assertThatThrownBy(() -> client.connect(stage.url(), options))
          .hasMessageContaining(options.isEmpty() ? "Authentication required" : "Invalid token");
    }
  }

  @Test
  void s12ThePythonClientRaisesOurReason() {
    PeerClient client = stage.client(stage.python(), "refused");
    assertThatThrownBy(() -> client.connect(stage.url(), Map.of("token", token("wrong"))))
        .hasMessageContaining("Invalid token");
    assertThatThrownBy(() -> client.connect(stage.url(), Map.of("token", OLD)))
        .hasMessageContaining("Token has expired");
  }

  @Test
  void s12OurClientTellsTheCodeAndDoesNotTryAgain() {
    for (String token : List.of("", token("wrong"), OLD)) {
      assertThatThrownBy(() -> stage.java("refused", b -> b.token(token)))
          .isInstanceOfSatisfying(
              ClaspException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(ClaspException.Kind.REFUSED);
                assertThat(e.code().orElse(0)).isEqualTo(token.equals(OLD) ? 302 : 300);
              });
    }
    ClaspClient good = stage.java("good", b -> b.token(ADMIN));
    assertThat(good.state()).isEqualTo(ClientState.CONNECTED);
  }

  /** S22: the desktop application has its own name, version and features. */
  @Test
  void s22TheDesktopApplicationWithABadTokenIsTold() {
    assertLoginRefused(
        new Message.Hello(
            3, Set.of(), "CLASP Bridge", Optional.of(token("desktop")), Optional.empty()),
        300,
        "Invalid token");
  }

  // --- the page ----------------------------------------------------------------------------------

  @Test
  void theConsoleAsksForATokenAndShowsWhatItMayRead() {
    RawClient admin = stage.raw("admin", ADMIN);
    admin.send(set("/s11/lights/page", 1), Qos.CONFIRM);
    admin.send(set("/console/secret", 1), Qos.CONFIRM);
    admin.exchange();
    Screen screen = stage.screen().allowRefusals();

    screen.logIn(token("page"));
    screen.await("token-problem");
    screen.logIn(LIGHTS_ONLY);
    screen.await(row("/s11/lights/page"));
    assertThat(screen.count(row("/console/secret"))).isZero();
    screen.await("scope-banner");
    admin.send(set("/s11/lights/page", 2), Qos.CONFIRM);
    admin.send(set("/s11/lights/later", 3), Qos.CONFIRM);
    admin.send(set("/console/secret", 2), Qos.CONFIRM);
    screen.await(row("/s11/lights/page") + " [data-testid=param-value]", "2");
    screen.await(row("/s11/lights/later") + " [data-testid=param-value]", "3");
    assertThat(screen.count(row("/console/secret"))).isZero();

    screen.click("token-forget");
    screen.logIn(ADMIN);
    screen.await(row("/console/secret"));
    screen.go("sessions").await("session-name");
  }

  private static String row(String address) {
    return "[data-testid=param-row][data-address='" + address + "']";
  }

  // --- files that change -------------------------------------------------------------------------

  @Test
  void aTokenIsValidAsSoonAsItIsInTheFileAndItsSessionsEndWhenItIsTakenOut()
      throws IOException, InterruptedException {
    write(FILE, Stream.concat(LINES.stream(), Stream.of(GUEST + " write:/guest/**")).toList());
    RawClient guest = awaitAdmitted(GUEST);
    RawClient other = stage.raw("other", ADMIN);
    other.send(subscribe(1, "/guest/**"));
    other.exchange();
    guest.send(Frames.setAndLock("/guest/x", 1), Qos.CONFIRM);
    assertThat(guest.messages()).anyMatch(m -> m instanceof Message.Ack);

    long before = System.nanoTime();
    write(FILE, LINES);

    assertThat(guest.awaitClose()).isEqualTo(new CloseReason(CloseReason.POLICY, "Token revoked"));
    assertThat(guest.await(Message.Error.class).code()).isEqualTo(300);
    assertThat(System.nanoTime() - before).isLessThan(Patience.LIMIT.toNanos());
    assertThat(other.send(set("/guest/x", 2), Qos.CONFIRM).messages())
        .as("the lock is free")
        .anyMatch(m -> m instanceof Message.Ack);
    assertLoginRefused(Frames.hello("guest", GUEST), 300, "Invalid token");
  }

  /**
   * The server looks at the file more than twice a second; asking all the time looks like guessing.
   */
  private static RawClient awaitAdmitted(String token) throws InterruptedException {
    for (int tries = 0; tries < 9; tries++) {
      TimeUnit.SECONDS.sleep(1 + tries);
      RawClient client = stage.rawConnection();
      client.send(Frames.hello("guest", token));
      boolean admitted =
          client.await(
              "answer to HELLO",
              message ->
                  switch (message) {
                    case Message.Welcome _ -> Optional.of(true);
                    case Message.Error _ -> Optional.of(false);
                    default -> Optional.<Boolean>empty();
                  });
      if (admitted) {
        client.exchange();
        return client;
      }
    }
    throw new AssertionError("the token was not admitted in 45 seconds");
  }
}
