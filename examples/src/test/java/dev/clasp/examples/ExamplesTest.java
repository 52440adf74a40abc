package dev.clasp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.discovery.Registration;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousServer;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.testkit.FreePort;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TrustedProxies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example runs, against a real router, and prints what it promises. */
class ExamplesTest {

  /**
   * @param lines all of its standard output
   */
  private record Expected(String example, String... lines) {
    @Override
    public String toString() {
      return example;
    }
  }

  private static final List<Expected> EXPECTED =
      List.of(
          new Expected(
              "Connect", "state CONNECTED", "router CLASP Router", "session of 36 characters"),
          new Expected(
              "SetAndGet",
              "revision 1",
              "revision 2",
              "0.9 at revision 2",
              "/lights/2 is there: false"),
          new Expected("Futures", "the second is 0.2"),
          new Expected(
              "Subscribe",
              "/lights/1/brightness is 0.5",
              "/lights/1/on is true",
              "/lights/1/name is spot"),
          new Expected("Queue", "was 0.25", "became 0.5"),
          new Expected("Watch", "2 faders, the first at 0.25", "now at 0.5, current: true"),
          new Expected(
              "Records",
              "Look[level=0.8, mode=STROBE]",
              "/lights/1/look",
              "/lights/2/look",
              "INVALID"),
          new Expected("Options", "the newest of 1000 is there: 1000.0", "fewer came: true"),
          new Expected("Emit", "/cue/go {cue=intro}", "/cue/stop null"),
          new Expected("StreamSamples", "10000 samples at 48000 Hz", "in few messages: true"),
          new Expected("Gestures", "START", "Point[x=1.0, y=0.5]", "END"),
          new Expected("TimelineFade", "rises: true", "ends at 1.0"),
          new Expected(
              "BundleAtTime",
              "/scene/active sunset",
              "/scene/level 0.8",
              "/scene/active night",
              "not before its time: true"),
          new Expected(
              "Locks", "the assistant gets it: false", "LOCK_HELD at /lights/spot", "now 0.5"),
          new Expected("CompareAndSet", "counted to 100", "after another write: false"),
          new Expected("Backpressure", "the last has come"),
          new Expected("VirtualThreads", "the last is 0.5"),
          new Expected("Cache", "known before: false", "known of /lights/*: true", "0.5"),
          new Expected("Clock", "samples: 5", "known: true", "round trip measured: true", "year"),
          new Expected("AnnounceAndQuery", "/spot/brightness PARAM f64", "/spot/flash EVENT any"),
          new Expected("Errors", "our mistake", "others were faster", "nobody there"));

  /** With tests of their own. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "EventsAndCounters",
          "Offline",
          "TlsAndToken",
          "Discover",
          "TerminalFader",
          "package-info");

  private static List<Expected> expected() {
    return EXPECTED;
  }

  private static ClaspServer server() {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  @ParameterizedTest
  @MethodSource("expected")
  void theExamplePrintsWhatItPromises(Expected expected) {
    try (ClaspServer server = server()) {
      List<String> printed = ExampleProgram.run(expected.example, server.url());
      assertThat(printed).hasSameSizeAs(expected.lines);
      for (int i = 0; i < expected.lines.length; i++) {
        assertThat(printed.get(i)).startsWith(expected.lines[i]);
      }
    }
  }

  @Test
  void noExampleIsForgotten() throws IOException {
    Path sources = Path.of("src/main/java/dev/clasp/examples");
    try (Stream<Path> files = Files.list(sources)) {
      Set<String> examples =
          files
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .filter(name -> !ELSEWHERE.contains(name))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(EXPECTED)
          .extracting(Expected::example)
          .containsExactlyInAnyOrderElementsOf(examples);
    }
  }

  /** The listener is told on a thread of its own: nobody promises which line is the first. */
  @Test
  void aListenerAndCountersTellOfTheConnection() {
    try (ClaspServer server = server()) {
      assertThat(ExampleProgram.run("EventsAndCounters", server.url()))
          .containsExactlyInAnyOrder("connected", "connections 1");
    }
  }

  @Test
  @SuppressWarnings("try") // closed in the middle of it
  void whatIsWrittenWhileTheRouterIsAwayArrivesWhenItIsBack() {
    // Nobody takes it while the router is away, the example that looks for it included.
    int port = FreePort.find();
    try (ClaspServer first = ClaspServer.start(ServerConfig.DEFAULT.withPort(port));
        PeerProgram offline = ExampleProgram.start("Offline", first.url())) {
      offline.awaitLine("connected");
      first.close();
      offline.awaitLine("written while it is away");
      try (ClaspServer second = ClaspServer.start(ServerConfig.DEFAULT.withPort(port))) {
        offline.awaitLine("both confirmed by one write: true");
        offline.awaitLine("it is 0.3");
        offline.finished();
        assertThat(second.address().getPort()).isEqualTo(port);
      }
    }
  }

  @Test
  void aTokenAndACertificateLetIn(@TempDir Path folder) {
    CertificateMaker.selfSigned("localhost").write(folder, "router");
    ServerTls tls =
        ServerTls.of(
            new ServerTls.Source(
                folder.resolve("router.pem"),
                folder.resolve("router.key"),
                Optional.empty(),
                ServerTls.Clients.NOT_ASKED));
    ServerConfig config =
        ServerConfig.DEFAULT
            .withPort(0)
            .withNetwork(NetworkConfig.DEFAULT.withTls(tls, false))
            .withAuthenticator(new FakeAuthenticator().admit("secret", "write:/lights/**"));
    try (ClaspServer server = ClaspServer.start(config)) {
      String url = "wss://localhost:" + server.address().getPort();
      assertThat(
              ExampleProgram.run(
                  "TlsAndToken", url, "secret", folder.resolve("router.pem").toString()))
          .containsExactly("let in", "REJECTED 301 /audio/1", "REFUSED 300");
    }
  }

  @Test
  void routersAreFoundByARendezvousServer() throws IOException {
    EventLoops loops = EventLoops.create("rendezvous", 1);
    try (RendezvousServer rendezvous = RendezvousServer.create(RendezvousConfig.DEFAULT);
        PageServer pages =
            new PageServer(
                "127.0.0.1",
                0,
                loops,
                ConnectionLimits.DEFAULT,
                TrustedProxies.NONE,
                Optional.empty(),
                rendezvous)) {
      pages.start();
      String url = "http://127.0.0.1:" + pages.address().getPort();
      try (RendezvousClient client = new RendezvousClient(url, Optional.empty())) {
        client.register(
            new Registration(
                "Main stage",
                Map.of("ws", "ws://192.0.2.1:7330"),
                Optional.empty(),
                List.of(),
                List.of(),
                Map.of()));
      }
      // It looks for five seconds, which a cold program may need for itself on a busy machine.
      List<String> found = ExampleProgram.run("Discover", url);
      for (int tries = 1; found.isEmpty() && tries < 5; tries++) {
        found = ExampleProgram.run("Discover", url);
      }
      assertThat(found).containsExactly("Main stage at ws://192.0.2.1:7330");
    } finally {
      loops.close();
    }
  }

  // --- the fader ---------------------------------------------------------------------------------

  private static final String UP = "\u001b[A";
  private static final String LEFT = "\u001b[D";

  private static Value faderOf(ClaspServer server) {
    try (ClaspClient client =
        ClaspClient.builder(server.url())
            .requestTimeout(Duration.ofSeconds(30))
            .connectBlocking()) {
      return client.blocking().get("/fader/1").orElseThrow().value();
    }
  }

  @Test
  void arrowKeysMoveTheFader() {
    try (ClaspServer server = server()) {
      ExampleProgram.run(
          ExampleProgram.command("TerminalFader", server.url()), UP + UP + UP + LEFT + "q");
      assertThat(faderOf(server)).isEqualTo(Value.of(0.1));
    }
  }

  /** In a terminal that is one: {@code script} of Debian's bsdutils makes it. */
  @Test
  void theFaderTakesKeysOfATerminalAtOnceAndPutsItBack() {
    try (ClaspServer server = server()) {
      String fader = String.join(" ", ExampleProgram.command("TerminalFader", server.url()));
      // At its end `script` may lose what it has not passed on yet: it waits for a last line.
      String shell = "stty -g; " + fader + "; stty -g; read -r end";
      // No end of line: a terminal that is not told to hand over keys would wait for it.
      try (PeerProgram terminal =
          PeerProgram.start(
              "install bsdutils",
              Path.of("").toAbsolutePath(),
              List.of("script", "--quiet", "--return", "--command", shell, "/dev/null"))) {
        String before = terminal.awaitLine(":");
        try (ClaspClient watcher =
            ClaspClient.builder(server.url())
                .requestTimeout(Duration.ofSeconds(30))
                .connectBlocking()) {
          terminal.keys(UP + UP + "q");
          String after = terminal.awaitLine("10 %");
          assertThat(after).contains("/fader/1 [####");
          assertThat(terminal.awaitLine(":")).isEqualTo(before);
          terminal.type("");
          terminal.finished();
          assertThat(watcher.blocking().get("/fader/1").orElseThrow().value())
              .isEqualTo(Value.of(0.1));
        }
      }
    }
  }
}
