package dev.clasp.systemtests;

import static dev.clasp.systemtests.Frames.event;
import static dev.clasp.systemtests.Frames.set;
import static dev.clasp.systemtests.Frames.subscribe;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.systemtests.PeerClient.Item;
import dev.clasp.systemtests.Stranger.Carrier;
import dev.clasp.systemtests.Stranger.Login;
import dev.clasp.systemtests.TokenMint.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What somebody with no token, a bad one, or one for something else can do to a real server: over
 * WebSocket, plain TCP, HTTP, and with the published JavaScript client. The last test looks at what
 * all of that left in the log and the audit log.
 */
@RealProgram
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AttackSuiteTest {

  private static final TokenMint MINT = new TokenMint();
  private static final String ADMIN = MINT.token(Kind.CPSK, "admin:/**");
  private static final String NARROW = MINT.token(Kind.CPSK, "read:/open/**");
  private static final String ELSEWHERE = MINT.token(Kind.ES256, "write:/open/**,write:/other/**");
  private static final String RIGHTLESS = MINT.token(Kind.CPSK, "");
  private static final List<String> INTRUDERS = List.of(NARROW, ELSEWHERE, RIGHTLESS);

  /** Before the server starts, so that it knows of all of them. */
  private static final List<Attempt> ATTEMPTS = attempts();

  @RegisterExtension static final Stage stage = Stage.withTokens(ADMIN, MINT.serverOptions());

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .localAddress(Stranger.address())
          .build();

  @AfterEach
  void hangUp() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    http.shutdownNow();
  }

  @AfterAll
  static void removeTheFiles() {
    MINT.close();
  }

  private Stranger stranger(Carrier carrier) {
    Stranger stranger = Stranger.connect(carrier, stage.url());
    opened.add(stranger);
    return stranger;
  }

  private static void assertEnd(Carrier carrier, Stranger stranger, String text) {
    assertThat(stranger.awaitClose())
        .isEqualTo(
            carrier == Carrier.WEBSOCKET
                ? new CloseReason(CloseReason.POLICY, text)
                : new CloseReason(CloseReason.NO_CODE, ""));
  }

  // --- logging in --------------------------------------------------------------------------------

  /** A token and what comes of it; no answer means that it lets in. */
  private record Attempt(String what, Optional<String> token, Optional<Login.Refused> answer) {
    static Attempt invalid(String what, String token) {
      return refused(what, Optional.of(MINT.remembered(token)), 300, "Invalid token");
    }

    static Attempt refused(String what, Optional<String> token, int code, String text) {
      return new Attempt(what, token, Optional.of(new Login.Refused(code, text)));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  private static List<Attempt> attempts() {
    List<Attempt> all = new ArrayList<>();
    all.add(Attempt.refused("no token", Optional.empty(), 300, "Authentication required"));
    all.add(Attempt.refused("empty", Optional.of(""), 300, "Authentication required"));
    all.add(Attempt.invalid("a blank", " "));
    all.add(Attempt.invalid("unknown", "cpsk_" + "unknown0".repeat(4)));
    all.add(Attempt.invalid("prefix only", "cpsk_"));
    all.add(Attempt.invalid("SQL", "cpsk_' OR '1'='1'; DROP TABLE tokens; --"));
    all.add(Attempt.invalid("JSON", "{\"scopes\":[\"admin:/**\"]}"));
    all.add(Attempt.invalid("a path", "../../../../etc/passwd"));
    all.add(Attempt.invalid("a second line", "cpsk_x\ncpsk_evil0000000000000000 admin:/**"));
    all.add(Attempt.invalid("all that fits a frame", "cpsk_" + "a".repeat(60_000)));
    all.add(Attempt.invalid("capability", "cap_" + "A".repeat(64)));
    all.add(Attempt.invalid("entity", "ent_" + "A".repeat(64)));
    all.add(Attempt.invalid("dots", "eyJ.eyJ.eyJ"));
    all.add(Attempt.invalid("unsigned", MINT.unsigned("admin:/**")));
    all.add(Attempt.invalid("public key", MINT.signedWithThePublicKey("admin:/**")));
    for (Kind kind : Kind.values()) {
      String name = kind + " ";
      String valid = MINT.token(kind, "read:/open/**");
      all.add(new Attempt(name + "valid", Optional.of(valid), Optional.empty()));
      all.add(
          Attempt.refused(
              name + "expired",
              Optional.of(MINT.expired(kind, "admin:/**")),
              302,
              "Token has expired"));
      all.add(Attempt.invalid(name + "not yet valid", MINT.notYetValid(kind, "admin:/**")));
      all.add(Attempt.invalid(name + "revoked", MINT.revoked(kind, "admin:/**")));
      all.add(Attempt.invalid(name + "cut", valid.substring(0, valid.length() - 4)));
      all.add(Attempt.invalid(name + "longer", valid + "AAAA"));
      all.add(Attempt.invalid(name + "other prefix", "x" + valid.substring(1)));
      all.add(Attempt.invalid(name + "in front of it", "Bearer " + valid));
      all.add(Attempt.invalid(name + "upper case", valid.toUpperCase(Locale.ROOT)));
    }
    return all;
  }

  private static Stream<Arguments> everyAttempt() {
    return ATTEMPTS.stream()
        .flatMap(attempt -> Arrays.stream(Carrier.values()).map(c -> Arguments.of(attempt, c)));
  }

  @ParameterizedTest
  @MethodSource("everyAttempt")
  void everyKindOfTokenLetsInExactlyIfItIsGood(Attempt attempt, Carrier carrier) {
    Stranger stranger = stranger(carrier);
    Login login = stranger.login("attempt", attempt.token());

    if (attempt.answer().isEmpty()) {
      assertThat(login).isInstanceOf(Login.In.class);
      stranger.exchange();
      assertThat(stranger.ask(new Message.Get("/elsewhere"))).as("is served").hasSize(1);
    } else {
      assertThat(login).isEqualTo(attempt.answer().get());
      assertEnd(carrier, stranger, attempt.answer().get().text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTokenOfAMegabyteIsNotEvenRead(Carrier carrier) {
    byte[] frame = new byte[1 << 20];
    Arrays.fill(frame, (byte) 'a');
    frame[0] = 0x53;
    frame[1] = 0x01;
    frame[4] = 0x01;
    Stranger stranger = stranger(carrier).frame(frame);

    assertThat(stranger.awaitClose().code())
        .isIn(CloseReason.TOO_BIG, CloseReason.NO_CODE, CloseReason.ABNORMAL);
    assertThat(stranger.received()).doesNotContain("aaaa");
  }

  @ParameterizedTest
  @EnumSource
  void nothingButHelloIsAnsweredBeforeHello(Carrier carrier) {
    for (Message first :
        List.of(
            subscribe(1, "/**"),
            new Message.Get("/vault/known"),
            new Message.Query("/**"),
            set("/vault/known", 0),
            Frames.bundle(set("/vault/known", 0)))) {
      Stranger stranger = stranger(carrier).send(first);

      assertThat(stranger.awaitError().code()).isEqualTo(400);
      assertEnd(carrier, stranger, "the first message must be HELLO");
    }
  }

  /** Ten different ones a minute from one address; what came in from there before, still does. */
  @Test
  void whoGuessesIsSlowedDownAndOthersAreNot() {
    InetAddress address = Stranger.address();
    assertThat(from(address).login("known here", Optional.of(ADMIN))).isInstanceOf(Login.In.class);
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String guess = MINT.remembered("cpsk_guess" + "%027d".formatted(i));
      codes.add(
          switch (from(address).login("guess", Optional.of(guess))) {
            case Login.In _ -> 0;
            case Login.Refused(int code, _) -> code;
          });
    }
    assertThat(codes).startsWith(300, 300, 300).endsWith(429, 429).doesNotContain(0);

    assertThat(from(address).login("a good one, but new here", Optional.of(NARROW)))
        .isEqualTo(new Login.Refused(429, "Too many attempts"));
    assertThat(from(address).login("known here", Optional.of(ADMIN))).isInstanceOf(Login.In.class);
    assertThat(stranger(Carrier.TCP).login("elsewhere", Optional.of(NARROW)))
        .isInstanceOf(Login.In.class);
  }

  private Stranger from(InetAddress address) {
    Stranger stranger = Stranger.connect(Carrier.TCP, stage.url(), address);
    opened.add(stranger);
    return stranger;
  }

  // --- tokens that end while they are used -------------------------------------------------------

  /** A session, and what a failure says of it. */
  private record Held(String what, Carrier carrier, Stranger stranger) {}

  @Test
  void tokensOfEveryKindThatAreTakenBackEndTheirSessions() throws IOException {
    List<String> tokens =
        Arrays.stream(Kind.values()).map(kind -> MINT.token(kind, "write:/open/**")).toList();
    awaitAdmitted(tokens.getFirst());
    List<Held> sessions = new ArrayList<>();
    for (Carrier carrier : Carrier.values()) {
      for (int i = 0; i < tokens.size(); i++) {
        String what = Kind.values()[i] + " over " + carrier;
        Stranger stranger = stranger(carrier).admitted(what, tokens.get(i));
        stranger.ask(subscribe(1, "/open/**"));
        sessions.add(new Held(what, carrier, stranger));
      }
    }
    Stranger stays = stranger(Carrier.TCP).admitted("stays", NARROW);

    long before = System.nanoTime();
    MINT.revoke(tokens);

    List<String> report = new ArrayList<>();
    for (Held held : sessions) {
      Message.Error error = held.stranger().awaitError();
      assertEnd(held.carrier(), held.stranger(), "Token revoked");
      report.add(held.what() + ": " + (System.nanoTime() - before) / 1_000_000 + " ms");
      assertThat(error.code()).as(held.what()).isEqualTo(300);
      assertThat(error.message()).as(held.what()).isEqualTo("Token revoked");
    }
    Files.write(Installation.output("revocation-times.txt"), report);
    for (String token : tokens) {
      assertThat(stranger(Carrier.WEBSOCKET).login("again", Optional.of(token)))
          .isEqualTo(new Login.Refused(300, "Invalid token"));
    }
    assertThat(stays.ask(new Message.Ping())).hasSize(1);
  }

  @Test
  void tokensOfEveryKindThatExpireEndTheirSessions() {
    try {
      expire(12);
    } catch (AssertionError e) {
      // On a busy machine not everybody was in before the end.
      expire(60);
    }
  }

  private void expire(int seconds) {
    Instant end = Instant.ofEpochSecond(Instant.now().getEpochSecond() + seconds);
    List<Held> sessions = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      String token = MINT.expiring(kind, "read:/open/**", end);
      if (kind == Kind.CPSK) {
        awaitAdmitted(token);
      }
      for (Carrier carrier : Carrier.values()) {
        sessions.add(
            new Held(kind.name(), carrier, stranger(carrier).admitted(kind.name(), token)));
      }
    }

    // Nobody ends before that, and nobody's patience begins before that.
    while (true) {
      List<String> ended =
          sessions.stream().filter(held -> !held.stranger().open()).map(Held::what).toList();
      if (!Instant.now().isBefore(end)) {
        break;
      }
      assertThat(ended).as("not before their time").isEmpty();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    for (Held held : sessions) {
      Message.Error error = held.stranger().awaitError();
      assertThat(error.code()).as(held.what()).isEqualTo(302);
      assertEnd(held.carrier(), held.stranger(), "Token has expired");
    }
  }

  /**
   * The server looks at the file more than twice a second; asking more often than ten times would
   * look like guessing.
   */
  private void awaitAdmitted(String token) {
    for (int i = 0; i < 9; i++) {
      Stranger stranger = stranger(Carrier.TCP);
      if (stranger.login("is it there", Optional.of(token)) instanceof Login.In) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }
    throw new AssertionError("a token in the file does not let in");
  }

  // --- what is not allowed is not told either ----------------------------------------------------

  /** Is in values, addresses and texts that no intruder may see; no intruder ever sends it. */
  private static final String MARK = "quokka7f3a";

  /** There is something of a different kind at each of these. */
  private static final List<String> KNOWN =
      List.of("/vault/known", "/vault/lockd", "/vault/annod", "/vault/timln");

  /** As long as the others, and there is nothing. */
  private static final String UNKNOWN = "/vault/nobod";

  private static Message.SignalDefinition definition(String address) {
    return new Message.SignalDefinition(
        address,
        SignalType.PARAM,
        Optional.of(MARK),
        Optional.of("rw,conflict=max"),
        Optional.of(
            new Message.SignalMeta(
                Optional.empty(),
                Optional.of(new Message.Range(0, 1)),
                Optional.empty(),
                Optional.of(MARK))));
  }

  /** Does everything that a client can do at addresses that intruders may not see. */
  private static void live(RawClient owner, String target, int round) {
    Value secret = Value.of(MARK + round);
    owner.send(set("/vault/known", secret));
    owner.send(Frames.setAndLock("/vault/lockd", round));
    owner.send(set("/vault/" + MARK + "/x" + round, 1));
    owner.send(
        new Message.Announce(
            "/vault",
            List.of(definition("/vault/annod"), definition("/vault/" + MARK + round)),
            Map.of()));
    owner.send(set("/vault/annod", 0.5));
    for (SignalType type : SignalType.values()) {
      owner.send(Frames.publish(type, "/vault/known", secret));
      owner.send(Frames.publish(type, "/vault/" + MARK, secret));
    }
    owner.send(
        Frames.publish(
            SignalType.TIMELINE,
            "/vault/timln",
            Value.of(
                Map.of(
                    "keyframes",
                    Value.of(List.of(Value.of(Map.of("time", Value.of(0L), "value", secret))))))));
    owner.send(Frames.bundle(set("/vault/bundl", secret), event("/vault/event", secret)));
    owner.send(event("/clasp/p2p/announce", Value.of(Map.of("name", secret))));
    owner.send(event("/clasp/p2p/signal/" + target, Value.of(Map.of("sdp", secret))));
    owner.send(set("/vault/gone" + round, secret)).send(set("/vault/gone" + round, Value.NULL));
    owner.send(set("/open/seen", round));
  }

  private static Message.Subscribe withHistory(int id, String pattern) {
    return new Message.Subscribe(
        id,
        pattern,
        SignalType.ALL_MASK,
        new SubscribeOptions(
            OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.of(16), OptionalInt.empty()));
  }

  /** Everything to find out about what is at an address, or pretended to be one. */
  private static Map<String, Function<String, Message>> probes() {
    Map<String, Function<String, Message>> all = new LinkedHashMap<>();
    all.put("GET", Message.Get::new);
    all.put("SET", address -> set(address, 1));
    all.put("SET to lock", address -> Frames.setAndLock(address, 1));
    all.put("SET to unlock", address -> Frames.setAndUnlock(address, 1));
    all.put("SET if revision", address -> Frames.setIf(address, Value.of(1), 1));
    all.put("SUBSCRIBE", address -> subscribe(9, address));
    all.put("SUBSCRIBE with history", address -> withHistory(9, address));
    all.put("SUBSCRIBE below", address -> subscribe(9, address + "/**"));
    all.put("SUBSCRIBE like it", address -> subscribe(9, address + "*"));
    for (SignalType type : SignalType.values()) {
      all.put("PUBLISH " + type, address -> Frames.publish(type, address, Value.of(1)));
    }
    all.put("BUNDLE", address -> Frames.bundle(set(address, 1)));
    all.put("BUNDLE behind", address -> Frames.bundle(event(address, Value.of(1))));
    all.put(
        "ANNOUNCE", address -> new Message.Announce("/", List.of(definitionOf(address)), Map.of()));
    all.put("QUERY", Message.Query::new);
    all.put("QUERY like it", address -> new Message.Query(address + "*"));
    return all;
  }

  private static Message.SignalDefinition definitionOf(String address) {
    return new Message.SignalDefinition(
        address, SignalType.PARAM, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static String masked(List<byte[]> answers, String address) {
    StringBuilder all = new StringBuilder();
    answers.forEach(answer -> all.append(new String(answer, ISO_8859_1)).append('|'));
    return all.toString().replace(address, "ADDRESS");
  }

  private RawClient owner(String name) {
    return stage.raw(name, ADMIN);
  }

  @ParameterizedTest
  @EnumSource
  void theAnswerIsTheSameWhetherThereIsSomethingOrNot(Carrier carrier) {
    RawClient owner = owner("owner");
    Message.Welcome target = stage.rawConnection().hello(Frames.hello("target", ADMIN));
    live(owner, target.session(), 1);
    owner.exchange();

    for (String token : INTRUDERS) {
      Stranger stranger = stranger(carrier).admitted("prober", token);
      probes()
          .forEach((what, probe) -> {
            List<byte[]> nothing = stranger.ask(probe.apply(UNKNOWN));
            assertThat(nothing).as(what).hasSize(1);
            if (!what.startsWith("QUERY")) {
              assertThat(Stranger.message(nothing.getFirst()))
                  .as(what)
                  .isInstanceOfSatisfying(
                      Message.Error.class,
                      error ->
                          assertThat(error.code()).isIn(what.startsWith("BUNDLE") ? 403 : 301));
            }
            for (String known : KNOWN) {
              assertThat(masked(stranger.ask(probe.apply(known)), known))
                  .as(what + " of " + known)
                  .isEqualTo(masked(nothing, UNKNOWN));
            }
          });
      String there = "/clasp/p2p/signal/" + target.session();
      String notThere = "/clasp/p2p/signal/00000000-0000-4000-8000-000000000000";
      assertThat(masked(stranger.ask(event(there, Value.of(Map.of()))), there))
          .isEqualTo(masked(stranger.ask(event(notThere, Value.of(Map.of()))), notThere));
    }
    // Nothing of all that has changed anything.
    owner.send(new Message.Get("/vault/known"));
    assertThat(owner.messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Snapshot.class,
            s -> assertThat(s.parameters().getFirst().value()).isEqualTo(Value.of(MARK + 1)));
    Message.Error unknown = (Message.Error) onlyAnswer(owner, new Message.Get(UNKNOWN));
    assertThat(unknown.code()).isEqualTo(404);
  }

  private static Message onlyAnswer(RawClient client, Message message) {
    List<Message> answers = client.send(message, Qos.CONFIRM).messages();
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  @ParameterizedTest
  @EnumSource
  void nothingLeaksToWhoHasNoTokenOrOneForSomethingElse(Carrier carrier) {
    RawClient witness = owner("witness " + MARK);
    witness.send(withHistory(1, "/**"));
    Message.Welcome target = stage.rawConnection().hello(Frames.hello("target " + MARK, ADMIN));
    RawClient owner = owner("owner " + MARK);
    live(owner, target.session(), 1);
    owner.exchange();
    Stranger silent = stranger(carrier);
    Stranger anonymous = stranger(carrier);
    assertThat(anonymous.login("anonymous", Optional.empty())).isInstanceOf(Login.Refused.class);
    List<Stranger> intruders = new ArrayList<>();
    for (String token : INTRUDERS) {
      Stranger stranger = stranger(carrier).admitted("intruder", token);
      intruders.add(stranger);
      int id = 1;
      for (String pattern :
          List.of(
              "/open/**",
              "/**",
              "/*/**",
              "/*",
              "/vault/**",
              "/vault/*",
              "/vault/known",
              "/v*/known",
              "/**/known",
              "/open/../vault/**",
              "/open//vault/**",
              "//vault/**",
              "/OPEN/**",
              "/{open,vault}/**",
              "/[ov]*/**",
              "/clasp/**",
              "/clasp/p2p/announce")) {
        stranger.send(withHistory(id++, pattern));
        stranger.send(new Message.Query(pattern));
        stranger.send(new Message.Get(pattern));
      }
      stranger.exchange();
    }

    live(owner, target.session(), 2);
    owner.exchange();

    for (Stranger stranger : intruders) {
      stranger.exchange();
      assertThat(stranger.received()).doesNotContain(MARK).doesNotContain(target.session());
    }
    assertThat(intruders.getFirst().received())
        .as("what it may see has come")
        .contains("/open/seen");
    assertThat(anonymous.received()).doesNotContain(MARK);
    assertThat(silent.received()).isEmpty();
    assertThat(witness.messages())
        .as("there was something to see")
        .anyMatch(message -> message.toString().contains(MARK));
  }

  @Test
  void nothingLeaksToThePublishedJavaScriptClient() {
    RawClient owner = owner("owner " + MARK);
    Message.Welcome target = stage.rawConnection().hello(Frames.hello("target " + MARK, ADMIN));
    live(owner, target.session(), 1);
    owner.exchange();
    PeerClient anonymous = stage.client(stage.node(), "anonymous");
    assertThatThrownBy(() -> anonymous.connect(stage.url(), Map.of()))
        .hasMessageContaining("Authentication required");
    PeerClient js = stage.connect(stage.node(), "js", Map.of("token", NARROW));
    Watch open = js.subscribe("/open/**");
    Watch everything = js.subscribe("/**");
    Watch vault = js.subscribe("/vault/*");
    js.set("/vault/known", 1);
    js.emit("/vault/known", 1);
    js.bundle(Item.set("/open/x", 1), Item.set("/vault/known", 1));
    js.fence();

    live(owner, target.session(), 2);
    owner.exchange();

    open.await("/open/seen", 2);
    js.fence();
    assertThat(new String(js.received(), UTF_8)).contains("/open/seen").doesNotContain(MARK);
    assertThat(everything.addresses()).allMatch(address -> address.startsWith("/open/"));
    assertThat(vault.all()).isEmpty();
    PeerClient admin = stage.connect(stage.node(), "admin", Map.of("token", ADMIN));
    admin.subscribe("/vault/**").await("/vault/known", MARK + 2);
    admin.fence();
    assertThat(new String(admin.received(), UTF_8)).as("the test can fail").contains(MARK);
  }

  // --- HTTP --------------------------------------------------------------------------------------

  private HttpResponse<String> http(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stage.server().port() + path))
            .timeout(Patience.LIMIT)
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path, String token)
      throws IOException, InterruptedException {
    return token.isEmpty()
        ? http("GET", path)
        : http("GET", path, "Authorization", "Bearer " + token);
  }

  private static String query(String pattern, String more) {
    return "/api/parameters?pattern=" + URLEncoder.encode(pattern, UTF_8) + more;
  }

  @Test
  void nothingLeaksOverHttp() throws IOException, InterruptedException {
    RawClient owner = owner("owner " + MARK);
    live(owner, owner.hello(Frames.hello("owner " + MARK, ADMIN)).session(), 1);
    owner.exchange();
    for (String path :
        List.of("/api/parameters", "/api/status", "/api/subscriptions", query("/vault/**", ""))) {
      HttpResponse<String> anonymous = get(path, "");
      assertThat(anonymous.statusCode()).as(path).isEqualTo(401);
      assertThat(anonymous.body()).as(path).doesNotContain(MARK);
      assertThat(get(path, ADMIN).statusCode()).as(path).isEqualTo(200);
    }
    for (String token : INTRUDERS) {
      for (String path : List.of("/api/status", "/api/subscriptions", "/api/pair")) {
        HttpResponse<String> answer = get(path, token);
        assertThat(answer.statusCode()).as(path).isIn(403, 404, 409);
        assertThat(answer.body()).as(path).doesNotContain(MARK);
      }
      for (String pattern :
          List.of("/**", "/vault/**", "/vault/*", "/v*/*", "/**/known", "/vault/known")) {
        for (int limit : List.of(0, 1, 2, 1000)) {
          assertThat(allPages(pattern, limit, token))
              .as(pattern + " by " + limit)
              .doesNotContain(MARK)
              .doesNotContain("/vault/");
        }
      }
    }
    assertThat(allPages("/vault/**", 2, ADMIN)).as("the test can fail").contains(MARK);
  }

  /** Every page, as it came, headers included. */
  private String allPages(String pattern, int limit, String token)
      throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    Optional<String> after = Optional.empty();
    for (int page = 0; page < 50; page++) {
      HttpResponse<String> answer =
          get(
              query(
                  pattern,
                  "&limit="
                      + limit
                      + after.map(a -> "&after=" + URLEncoder.encode(a, UTF_8)).orElse("")),
              token);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      all.append(answer.headers()).append(answer.body());
      JsonNode next = Json.parse(answer.body()).path("next");
      if (next.isMissingNode()) {
        break;
      }
      after = Optional.of(next.asText());
    }
    return all.toString();
  }

  @Test
  void pagesAreTheSameWhetherThereIsSomethingOrNot() throws IOException, InterruptedException {
    RawClient owner = owner("owner");
    live(owner, owner.hello(Frames.hello("owner", ADMIN)).session(), 1);
    owner.exchange();
    for (String token : INTRUDERS) {
      for (String more : List.of("", "&limit=1", "&limit=0", "&after=/vault", "&after=/zzz")) {
        for (String suffix : List.of("", "*", "/**")) {
          HttpResponse<String> nothing = get(query(UNKNOWN + suffix, more), token);
          for (String known : KNOWN) {
            HttpResponse<String> something = get(query(known + suffix, more), token);
            assertThat(something.statusCode()).isEqualTo(nothing.statusCode());
            assertThat(something.body()).as(known + suffix + more).isEqualTo(nothing.body());
            assertThat(headers(something)).isEqualTo(headers(nothing));
          }
        }
      }
    }
  }

  /** A page that is full must not tell whether anything is behind it that may not be read. */
  @Test
  void whereAPageEndsTellsNothingOfWhatIsBehindIt() throws IOException, InterruptedException {
    String token = MINT.token(Kind.HS256, "read:/pages/*/open");
    RawClient owner = owner("owner");
    owner.send(set("/pages/alone/open", 1));
    owner.send(set("/pages/front/closed", 1)).send(set("/pages/front/open", 1));
    owner.send(set("/pages/after/open", 1)).send(set("/pages/after/secret", 1));
    owner.exchange();

    for (int limit : List.of(1, 2, 3)) {
      List<String> shapes = new ArrayList<>();
      for (String room : List.of("alone", "front", "after")) {
        JsonNode page =
            Json.parse(get(query("/pages/" + room + "/*", "&limit=" + limit), token).body());
        assertThat(page.get("parameters").findValuesAsText("address"))
            .containsExactly("/pages/" + room + "/open");
        shapes.add(page.path("next").asText().replace(room, "ROOM"));
      }
      assertThat(shapes).as("by " + limit).containsOnly(shapes.getFirst());
    }
  }

  private static Map<String, List<String>> headers(HttpResponse<String> answer) {
    Map<String, List<String>> all = new TreeMap<>();
    answer
        .headers()
        .map()
        .forEach((name, values) -> all.put(name.toLowerCase(Locale.ROOT), values));
    return all;
  }

  /** SEC-29, SEC-30, SEC-41. */
  @Test
  void noPageOfOthersMayReadAnAnswerAndThereAreNoMetricsForEverybody()
      throws IOException, InterruptedException {
    for (String path :
        List.of("/", "/api/status", "/api/parameters", "/api/pair", "/health", "/nothing")) {
      for (String method : List.of("GET", "OPTIONS")) {
        for (String token : List.of("", ADMIN)) {
          HttpResponse<String> answer =
              token.isEmpty()
                  ? http(method, path, "Origin", "https://evil.example")
                  : http(
                      method,
                      path,
                      "Origin",
                      "https://evil.example",
                      "Authorization",
                      "Bearer " + token);
          assertThat(headers(answer).keySet())
              .as(method + " " + path)
              .noneMatch(name -> name.startsWith("access-control"))
              .contains(
                  "content-security-policy",
                  "x-content-type-options",
                  "x-frame-options",
                  "referrer-policy",
                  "cache-control");
        }
      }
    }
    for (String path :
        // The last is an address of the HTTP API by now, as everything else below /api.
        List.of("/metrics", "/admin/v1/info", "/admin/v1/events", "/api/metrics")) {
      HttpResponse<String> answer = get(path, "");
      assertThat(answer.statusCode()).as(path).isEqualTo(401);
      assertThat(headers(answer).keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
    for (String path : List.of("/debug", "/actuator", "/journal")) {
      HttpResponse<String> answer = get(path, "");
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
    }
    assertThat(get("/health", "").body()).isEqualTo("ok\n");
    assertThat(get("/ready", "").body()).isEqualTo("ready\n");
  }

  // --- sessions ----------------------------------------------------------------------------------

  /** SEC-14. */
  @ParameterizedTest
  @EnumSource
  void aSecondHelloLeavesNothingOfTheRightsOfTheFirst(Carrier carrier)
      throws IOException, InterruptedException {
    String name = "changing over " + carrier;
    Stranger stranger = stranger(carrier).admitted(name, ADMIN);
    stranger.ask(subscribe(1, "/**"));
    stranger.send(Frames.setAndLock("/twice/lock", 1), Qos.CONFIRM);
    stranger.exchange();

    assertThat(stranger.login(name, Optional.of(NARROW))).isInstanceOf(Login.In.class);
    stranger.exchange();

    RawClient owner = owner("owner");
    assertThat(onlyAnswer(owner, set("/twice/lock", 2))).isInstanceOf(Message.Ack.class);
    assertThat(stranger.exchange()).as("the subscription of the first").isEmpty();
    assertThat(stranger.ask(new Message.Get("/twice/lock")))
        .singleElement()
        .satisfies(
            answer -> assertThat(((Message.Error) Stranger.message(answer)).code()).isEqualTo(301));
    JsonNode status = Json.parse(get("/api/status", ADMIN).body());
    assertThat(status.get("sessions").findValuesAsText("name").stream().filter(name::equals))
        .hasSize(1);

    assertThat(stranger.login(name, Optional.of(MINT.remembered("cpsk_second000000000000000"))))
        .isEqualTo(new Login.Refused(300, "Invalid token"));
    assertEnd(carrier, stranger, "Invalid token");
    JsonNode after = Json.parse(get("/api/status", ADMIN).body());
    assertThat(after.get("sessions").findValuesAsText("name")).doesNotContain(name);
  }

  @ParameterizedTest
  @EnumSource
  void twoTokensKnowNothingOfEachOther(Carrier carrier) {
    String one = MINT.token(Kind.HS256, "write:/tenant/one/**");
    String two = MINT.token(Kind.EDDSA, "write:/tenant/two/**");
    Stranger first = stranger(carrier).admitted("same name", one);
    Stranger second = stranger(carrier).admitted("same name", two);
    first.ask(subscribe(1, "/tenant/one/**"));
    second.ask(subscribe(1, "/tenant/two/**"));

    assertThat(first.ask(set("/tenant/one/x", 1))).hasSize(2);
    assertThat(first.ask(set("/tenant/two/x", 1))).hasSize(1);
    assertThat(second.ask(set("/tenant/two/x", 2))).hasSize(2);
    assertThat(second.ask(new Message.Get("/tenant/one/x"))).hasSize(1);

    assertThat(first.exchange()).isEmpty();
    assertThat(second.exchange()).isEmpty();
  }

  /** The open mode asks nobody, whatever is shown. */
  @Test
  void anOpenServerLooksAtNoToken() {
    try (ServerProcess open = ServerProcess.start()) {
      for (Carrier carrier : Carrier.values()) {
        for (Optional<String> token :
            List.of(Optional.<String>empty(), Optional.of("nonsense"), Optional.of("eyJ.x.y"))) {
          try (Stranger stranger = Stranger.connect(carrier, open.url())) {
            assertThat(stranger.login("anybody", token)).isInstanceOf(Login.In.class);
            stranger.exchange();
            assertThat(stranger.ask(set("/x", 1))).hasSize(1);
          }
        }
      }
    }
  }

  // --- what it leaves behind ---------------------------------------------------------------------

  private static final String FORGED = "2026-01-01T00:00:00Z FORGED all is well";

  /** SEC-44. */
  @ParameterizedTest
  @EnumSource
  void namesAndAddressesForgeNoLines(Carrier carrier) throws IOException, InterruptedException {
    for (String evil :
        List.of("\n", "\r", "\r\n", "\u2028", "\u0085", "\u001b[2J\u001b[31m", "\u202e")) {
      Stranger stranger = stranger(carrier);
      assertThat(stranger.login("desk" + evil + FORGED, Optional.of(NARROW)))
          .isInstanceOf(Login.In.class);
      stranger.exchange();
      stranger.ask(set("/x" + evil + FORGED, 1));
      stranger.ask(subscribe(1, "/x" + evil + FORGED));
      stranger.close();
      stranger(carrier).login("desk" + evil + FORGED, Optional.empty());
    }
    http("GET", "/%0a" + URLEncoder.encode(FORGED, UTF_8));

    awaitAudit("name desk");
    for (String lines : List.of(stage.server().printed(), audit())) {
      assertThat(lines.lines().filter(line -> line.replaceFirst("^! ", "").startsWith(FORGED)))
          .isEmpty();
      assertThat(lines.codePoints().filter(c -> c != '\n' && c != '\t' && unsafe(c)).boxed())
          .isEmpty();
    }
    assertThat(audit().lines())
        .allSatisfy(line -> assertThat(Json.parse(line).isObject()).isTrue());
  }

  /** Moves the cursor, the line or the direction of the text. */
  private static boolean unsafe(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private static String audit() throws IOException {
    return Files.readString(MINT.file("audit.log"));
  }

  /** It is written behind the events, by a thread of its own. */
  private static void awaitAudit(String wanted) throws IOException {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!audit().contains(wanted)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + wanted + " in the audit log: " + audit());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** Runs last: everything above has left its traces. */
  @Test
  @Order(Integer.MAX_VALUE)
  void theAuditLogTellsWhoCameAndWhatWasRefusedAndHoldsNoToken()
      throws IOException, InterruptedException {
    Stranger stranger = stranger(Carrier.TCP).admitted("traced", ELSEWHERE);
    stranger.ask(new Message.Get("/forbidden/traced"));
    stranger(Carrier.WEBSOCKET)
        .login("untraced", Optional.of(MINT.remembered("cpsk_never1n2e3v4e5r6n7e8v9e0r1")));
    String revoked = MINT.token(Kind.HS256, "read:/open/**");
    Stranger ending = stranger(Carrier.TCP).admitted("ending", revoked);
    MINT.revoke(List.of(revoked));
    ending.awaitClose();
    get("/api/status", NARROW);
    for (String wanted :
        List.of(
            "/forbidden/traced",
            "name traced",
            "token.revoke",
            "auth.fail",
            "admin",
            "session.close")) {
      awaitAudit(wanted);
    }

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(MINT.file("audit.log"))))
        .isEqualTo("rw-------");
    JsonNode denied =
        audit()
            .lines()
            .map(Json::parse)
            .filter(line -> line.path("address").asText().equals("/forbidden/traced"))
            .findFirst()
            .orElseThrow();
    assertThat(denied.get("event").asText()).isEqualTo("authz.denied");
    assertThat(denied.get("code").intValue()).isEqualTo(301);
    assertThat(denied.get("peer").asText()).startsWith("127.77.");
    assertThat(denied.get("token_id").asText()).startsWith("jwt:");

    assertThat(audit()).as("no token got other rights").doesNotContain("token.change");

    String shown = shownByTheCommand();
    assertThat(shown).contains("/forbidden/traced");
    String printed = stage.server().printed();
    assertThat(MINT.made()).hasSizeGreaterThan(50);
    for (String token : MINT.made()) {
      // Of short nonsense a part may be there by chance.
      if (token.length() >= 24) {
        assertThat(printed).doesNotContain(token);
        assertThat(audit()).doesNotContain(token);
        assertThat(shown).doesNotContain(token);
        // What is secret in a JWT is its signature.
        String tail = token.substring(token.length() - 20);
        assertThat(printed + audit() + shown).doesNotContain(tail);
      }
    }
    assertThat(printed + audit()).doesNotContain(MARK + 1).doesNotContain(MARK + 2);
  }

  private static String shownByTheCommand() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Installation.clasp("audit", List.of(MINT.file("audit.log").toString())))
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(shown).isZero();
    return shown;
  }
}
