package dev.clasp.systemtests;

import dev.clasp.client.ClaspClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * What a test class plays on: a server, two Node.js processes, a Python process and a browser, each
 * started when first asked for and ended after the last test. Clients are closed after each test.
 * What all of them printed is added to a failure.
 */
final class Stage implements AfterEachCallback, AfterAllCallback, TestExecutionExceptionHandler {

  private final boolean restarts;
  private final Optional<String> token;
  private final String[] serverOptions;
  private final List<Peer> peers = new ArrayList<>();
  private final List<Runnable> endings = new ArrayList<>();
  private final List<Screen> screens = new ArrayList<>();
  private @Nullable ServerProcess server;
  private @Nullable Peer firstNode;
  private @Nullable Peer secondNode;
  private @Nullable Peer python;
  private @Nullable Peer browser;
  private int names;

  /**
   * @param serverOptions of {@code clasp server}
   */
  Stage(String... serverOptions) {
    this(false, Optional.empty(), serverOptions);
  }

  private Stage(boolean restarts, Optional<String> token, String... serverOptions) {
    this.restarts = restarts;
    this.token = token;
    this.serverOptions = serverOptions.clone();
  }

  /** With a server that can be started again on its port. */
  static Stage forRestarts(String... serverOptions) {
    return new Stage(true, Optional.empty(), serverOptions);
  }

  /**
   * With a server that wants tokens.
   *
   * @param token lets in whoever looks whether the server is there
   */
  static Stage withTokens(String token, String... serverOptions) {
    return new Stage(false, Optional.of(token), serverOptions);
  }

  ServerProcess server() {
    ServerProcess running = server;
    if (running == null) {
      running =
          restarts
              ? ServerProcess.startForRestarts(serverOptions)
              : ServerProcess.start(serverOptions);
      server = running;
      // Published clients wait ten seconds for a WELCOME; the first one costs a cold server most.
      try (RawClient first = RawClient.connect(running.url("ws"))) {
        first.hello(token.map(t -> Frames.hello("first", t)).orElse(Frames.hello("first")));
      }
    }
    return running;
  }

  URI url() {
    return server().url();
  }

  /** Stops the server and starts another on the same port. */
  void restartServer() {
    server = server().restart();
  }

  // --- peers -------------------------------------------------------------------------------------

  /** The first of two Node.js processes. */
  Peer node() {
    Peer peer = firstNode;
    if (peer == null) {
      peer = kept(Peer.node("first node"));
      firstNode = peer;
    }
    return peer;
  }

  /** The second of two Node.js processes. */
  Peer otherNode() {
    Peer peer = secondNode;
    if (peer == null) {
      peer = kept(Peer.node("second node"));
      secondNode = peer;
    }
    return peer;
  }

  /** A peer that was started with something special; ends with the others. */
  Peer with(Peer peer) {
    return kept(peer);
  }

  Peer python() {
    Peer peer = python;
    if (peer == null) {
      peer = kept(Peer.python());
      python = peer;
    }
    return peer;
  }

  Peer browser() {
    Peer peer = browser;
    if (peer == null) {
      peer = kept(Peer.browser());
      browser = peer;
    }
    return peer;
  }

  private Peer kept(Peer peer) {
    peers.add(peer);
    return peer;
  }

  /** A client of this process, connected to the server. */
  PeerClient connect(Peer peer, String role) {
    return connect(peer, role, Map.of());
  }

  /**
   * @param options of the client, by the names it gives them
   */
  PeerClient connect(Peer peer, String role, Map<String, ?> options) {
    return connect(peer, role, url(), options);
  }

  /** A client of this process, connected to one of the URLs of the server. */
  PeerClient connect(Peer peer, String role, URI url, Map<String, ?> options) {
    PeerClient client = client(peer, role);
    client.connect(url, options);
    // The snapshot after WELCOME has come: it would also be reported to subscriptions made
    // meanwhile.
    return client.fence();
  }

  /** A client that is not connected. */
  PeerClient client(Peer peer, String role) {
    PeerClient client = peer.client(role + " " + ++names);
    endings.add(() -> client.call("close"));
    return client;
  }

  /** The console of the server in a tab of its own, as it begins; see {@link Screen}. */
  Screen screen() {
    return screen(browser(), server().page(), Map.of());
  }

  /** The console on one of its screens: {@code "patch"}. */
  Screen screen(String name) {
    return screen().go(name);
  }

  /**
   * A page in a tab of its own.
   *
   * @param options as {@link Screen#open(PeerClient, URI, Map)} takes them
   */
  Screen screen(Peer chromium, URI page, Map<String, ?> options) {
    Screen screen = Screen.open(chromium.client("screen " + ++names), page, options);
    screens.add(screen);
    return screen;
  }

  /** A client of ours, connected to the server. */
  ClaspClient java(String name) {
    return java(name, UnaryOperator.identity());
  }

  /**
   * @param settings what is not usual
   */
  ClaspClient java(String name, UnaryOperator<ClaspClient.Builder> settings) {
    ClaspClient client =
        settings
            .apply(
                ClaspClient.builder(url())
                    .name(name)
                    .connectTimeout(Patience.START)
                    .requestTimeout(Patience.LIMIT))
            .connectBlocking();
    endings.add(client::close);
    return client;
  }

  /** A connection with HELLO behind it. */
  RawClient raw(String name) {
    RawClient client = rawConnection();
    client.hello(name);
    return client;
  }

  /** The same with a token. */
  RawClient raw(String name, String withToken) {
    RawClient client = rawConnection();
    client.hello(Frames.hello(name, withToken));
    return client;
  }

  /** A connection without a session. */
  RawClient rawConnection() {
    return kept(RawClient.connect(url()));
  }

  /** Closes the connection after the test. */
  RawClient kept(RawClient client) {
    endings.add(client::close);
    return client;
  }

  // --- JUnit -------------------------------------------------------------------------------------

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
    throw new AssertionError(failure.getMessage() + "\n" + transcripts(), failure);
  }

  private String transcripts() {
    StringBuilder all = new StringBuilder();
    if (server != null) {
      all.append(server.transcript());
    }
    peers.forEach(peer -> all.append(peer.transcript()));
    return all.toString();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    for (Runnable ending : endings) {
      try {
        ending.run();
      } catch (PeerException e) {
        // The test itself has ended or never connected this client.
      }
    }
    endings.clear();
    closeScreens();
    if (server != null) {
      if (!server.running()) {
        throw new AssertionError("the server has died\n" + transcripts());
      }
      Optional<String> complaint = server.complaint();
      if (complaint.isPresent()) {
        throw new AssertionError(
            "the server logged an error: " + complaint.get() + "\n" + transcripts());
      }
    }
  }

  private void closeScreens() {
    AssertionError complaints = null;
    for (Screen screen : screens) {
      try {
        screen.close();
      } catch (AssertionError e) {
        complaints = e;
      }
    }
    screens.clear();
    if (complaints != null) {
      throw new AssertionError(complaints.getMessage() + "\n" + transcripts(), complaints);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    peers.forEach(Peer::close);
    peers.clear();
    if (server != null) {
      server.close();
    }
  }
}
