package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real server starts, reads its settings again, and ends (operations.md 12.3, 12.5, 14). */
@RealProgram
class LifeCycleTest {

  @TempDir private Path folder;

  private static ClaspClient client(ServerProcess server) {
    return ClaspClient.builder(server.url().toString())
        .connectTimeout(Patience.START)
        .requestTimeout(Patience.LIMIT)
        .reconnect(false)
        .connect()
        .join();
  }

  @Test
  void aStopUnderLoadLosesNoAcknowledgedWrite() throws Exception {
    // It writes when it stops, not before.
    String[] options = {
      "--persist", folder.resolve("state").toString(), "--persist-interval", "60s"
    };
    AtomicLong acknowledged = new AtomicLong(-1);
    ServerProcess server = ServerProcess.start(options);
    try (ClaspClient client = client(server)) {
      Thread writing =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (long i = 0; ; i++) {
                    client.blocking().set("/counter", i);
                    acknowledged.set(i);
                  }
                } catch (ClaspException e) {
                  // The server has gone.
                }
              });
      while (acknowledged.get() < 200 && writing.isAlive()) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(server.stop()).as(server.transcript()).isZero();
      writing.join(Patience.LIMIT);
      assertThat(acknowledged.get()).isGreaterThanOrEqualTo(200);
    }
    assertThat(server.complaint()).isEmpty();

    try (ServerProcess again = ServerProcess.start(options);
        ClaspClient client = client(again)) {
      Value kept = client.blocking().get("/counter").orElseThrow().value();
      assertThat(kept)
          .isInstanceOfSatisfying(
              Value.Int.class,
              count -> assertThat(count.value()).isGreaterThanOrEqualTo(acknowledged.get()));
    }
  }

  @Test
  void aSecondSignalDoesNotWaitForSlowClients() throws Exception {
    ServerProcess server = ServerProcess.start("--drain-timeout", "600s");
    try (ClaspClient writer = client(server);
        Socket slow = subscriberThatNeverReads(server)) {
      assertThat(slow.isConnected()).isTrue();
      // More than the buffers of the system take: something is left for the slow one.
      byte[] block = new byte[30_000];
      for (int i = 0; i < 400; i++) {
        writer.blocking().set("/slow/" + i, Value.of(block));
      }
      server.signal("TERM");
      server.awaitLog("stopping");
      assertThat(server.running()).isTrue();
      server.signal("TERM");
      assertThat(server.awaitEnd()).isZero();
    } finally {
      server.close();
    }
  }

  private static Socket subscriberThatNeverReads(ServerProcess server) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    for (Message message :
        List.of(
            new Message.Hello(1, Feature.ofBits(0xff), "slow", Optional.empty(), Optional.empty()),
            new Message.Subscribe(1, "/slow/**", 0xff, Message.SubscribeOptions.NONE))) {
      byte[] frame = FrameCodec.encode(message);
      out.writeInt(frame.length);
      out.write(frame);
    }
    return socket;
  }

  @Test
  void aHangupMakesNewSettingsHold() throws Exception {
    Path file = folder.resolve("clasp.yaml");
    Files.writeString(file, "server: {name: Before, limits: {max_sessions: 1}}\n");
    try (ServerProcess server =
            ServerProcess.startIn(ServerProcess::withHangup, "--config", file.toString());
        ClaspClient first = client(server)) {
      assertThat(first.server().name()).isEqualTo("Before");

      Files.writeString(file, "server: {name: Wrong, limits: {max_sessions: many}}\n");
      server.signal("HUP");
      server.awaitLog("the settings stay as they were: .*max_sessions.*line 1.*'many'");

      Files.writeString(file, "server: {name: After, limits: {max_sessions: 2}}\n");
      server.signal("HUP");
      server.awaitLog("changed: server.name, server.limits.max_sessions");
      try (ClaspClient second = client(server)) {
        assertThat(second.server().name()).isEqualTo("After");
      }
    }
  }

  @Test
  void underNohupAServerSaysThatItHearsNoHangup() throws Exception {
    Path file = folder.resolve("clasp.yaml");
    Files.writeString(file, "server: {name: Ignoring}\n");
    try (ServerProcess server =
        ServerProcess.startIn(
            command ->
                Stream.concat(Stream.of("env", "--ignore-signal=HUP"), command.stream()).toList(),
            "--config",
            file.toString())) {
      server.awaitLog("SIGHUP is ignored here");
      server.signal("HUP");
      try (ClaspClient client = client(server)) {
        assertThat(client.server().name()).isEqualTo("Ignoring");
      }
    }
  }

  @Test
  void systemdHearsThatItIsReadyAndStops() throws Exception {
    Path socket = folder.resolve("notify");
    Received<String> heard = new Received<>("systemd");
    // What systemd does: a socket for datagrams. Each has no end of line of its own.
    try (Program listener =
        Program.start(
            "socat",
            List.of("socat", "-u", "UNIX-RECVFROM:" + socket + ",fork", "SYSTEM:'cat; echo'"),
            heard::add,
            () -> heard.end("it ended"))) {
      while (!Files.exists(socket) && listener.running()) {
        LockSupport.parkNanos(1_000_000);
      }
      ServerProcess server =
          ServerProcess.startIn(command -> {
            List<String> all = new ArrayList<>(List.of("env", "NOTIFY_SOCKET=" + socket));
            all.addAll(command);
            return all;
          });
      heard.awaitFirst("line that says ready", "READY=1"::equals);
      heard.awaitFirst("line with the URL", line -> line.contains("ws://"));
      assertThat(server.stop()).isZero();
      heard.awaitFirst("line that says stopping", "STOPPING=1"::equals);
      listener.stop();
    }
  }

  /** What systemd does with a socket unit: it listens, and the socket is number 3. */
  private static final String SOCKET_UNIT =
      """
      import os, socket, sys
      s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(16)
      if s.fileno() != 3: os.dup2(s.fileno(), 3)
      os.set_inheritable(3, True)
      os.environ["LISTEN_FDS"] = "1"; os.environ["LISTEN_PID"] = str(os.getpid())
      print("listening at", s.getsockname()[1], file=sys.stderr, flush=True)
      os.execvp(sys.argv[1], sys.argv[1:])
      """;

  @Test
  void aSocketOfSystemdIsTakenOver() throws Exception {
    try (ServerProcess server =
            ServerProcess.startIn(command -> {
              List<String> all = new ArrayList<>(List.of("python3", "-c", SOCKET_UNIT));
              all.addAll(command);
              return all;
            });
        ClaspClient client = client(server)) {
      server.awaitLog("listening at " + server.port());
      client.blocking().set("/a", 1);
      assertThat(server.stop()).as(server.transcript()).isZero();
    }
  }

  @Test
  void whoIsConnectedHearsWhenToComeBack() throws Exception {
    Received<ClientEvent> heard = new Received<>("events");
    ServerProcess server = ServerProcess.start();
    try (ClaspClient client =
        ClaspClient.builder(server.url().toString())
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .listener(heard::add)
            .reconnect(true)
            .connect()
            .join()) {
      assertThat(client.server().name()).isNotEmpty();
      assertThat(server.stop()).isZero();
      heard.awaitFirst(
          "good-bye",
          event ->
              event instanceof ClientEvent.ErrorReceived error
                  && error.code() == 501
                  && error.message().contains("retry_after_ms=500"));
      heard.awaitFirst(
          "try after half a second",
          event ->
              event instanceof ClientEvent.Reconnecting again && again.delay().toMillis() == 500);
    }
  }

  @Test
  void aFileThatChangesIsReadAgain() throws Exception {
    Path file = folder.resolve("watched.yaml");
    Files.writeString(file, "server: {name: Before, reload_on_change: true}\n");
    try (ServerProcess server = ServerProcess.start("--config", file.toString())) {
      // As editors do it: whoever looks in between must not see half a file.
      Path next = folder.resolve("next.yaml");
      Files.writeString(next, "server: {name: After, reload_on_change: true}\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      server.awaitLog("changed: server.name");
      try (ClaspClient client = client(server)) {
        assertThat(client.server().name()).isEqualTo("After");
      }
    }
  }

  @Test
  void whatKeepsItFromStartingIsOneLineWithAStatusOfItsOwn() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ends(
          1,
          "clasp: cannot listen on .*" + taken.getLocalPort() + ".*",
          "--port",
          "" + taken.getLocalPort());
    }
    ends(1, "clasp: .*nowhere.pem.*", "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.key");
    ends(1, "clasp: .*nowhere.tokens.*", "--token-file", "nowhere.tokens");
    Path file = Files.writeString(folder.resolve("bad.yaml"), "server: {prot: 1}\n");
    ends(
        78,
        "clasp: .*bad.yaml, line 1: there is no setting 'server.prot'.*",
        "-c",
        file.toString());
    ends(2, "clasp: unknown option '--prot'.*", "--prot");
  }

  private static void ends(int status, String message, String... options) {
    Program program =
        Program.start("clasp server", Installation.server(List.of(options)), _ -> {}, () -> {});
    assertThat(program.awaitEnd()).as(program.transcript()).isEqualTo(status);
    assertThat(program.printed().strip())
        .matches(Pattern.compile("! " + message, Pattern.DOTALL))
        .doesNotContain("Exception");
  }
}
