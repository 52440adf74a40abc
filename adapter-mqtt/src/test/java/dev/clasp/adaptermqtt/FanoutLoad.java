package dev.clasp.adaptermqtt;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many deliveries a second the router makes to MQTT clients, and mosquitto in turns with it:
 * each server is a process of its own, the clients are one thread of this one. No test of the
 * ordinary build, because of its name; it prints a table:
 *
 * <pre>mvn -q -pl adapter-mqtt -am test -Dtest=FanoutLoad -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>The environment says more: {@code CLASP_LOAD_SECONDS} of each run (2), {@code
 * CLASP_LOAD_ROUNDS} (3), {@code CLASP_LOAD_LOOPS} of the router (1).
 */
final class FanoutLoad {

  private static final String TOPIC = "load/value";
  private static final String PAYLOAD = "12345678";
  private static final int WINDOW = 256;

  /** With QoS 1 no more is under way than both servers send at once. */
  private static final int WINDOW_OF_1 = 64;

  private record Scenario(String name, int publishers, int subscribers, int qos) {

    /** Of one delivery with 3.1.1: fixed header, topic, identifier, payload. */
    int bytes() {
      return 2 + 2 + TOPIC.length() + (qos > 0 ? 2 : 0) + PAYLOAD.length();
    }

    int window() {
      return qos > 0 ? WINDOW_OF_1 : WINDOW;
    }
  }

  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario("1 to 1, QoS 0", 1, 1, 0),
          new Scenario("1 to 10, QoS 0", 1, 10, 0),
          new Scenario("1 to 100, QoS 0", 1, 100, 0),
          new Scenario("1 to 1, QoS 1", 1, 1, 1),
          new Scenario("1 to 10, QoS 1", 1, 10, 1),
          new Scenario("10 to 1, QoS 0", 10, 1, 0));

  @TempDir private Path folder;

  @Test
  void comparedWithMosquitto() throws Exception {
    int rounds = Integer.parseInt(setting("CLASP_LOAD_ROUNDS", "3"));
    double seconds = Double.parseDouble(setting("CLASP_LOAD_SECONDS", "2"));
    Process router = router();
    Process mosquitto = null;
    try {
      int ours = Integer.parseInt(new BufferedReader(router.inputReader()).readLine().strip());
      int theirs = freePort();
      mosquitto = mosquitto(theirs);
      System.out.printf(
          "%-16s %14s %14s %8s   (deliveries/s, median of %d runs of %.0f s in turns)%n",
          "", "router", "mosquitto", "ratio", rounds, seconds);
      for (Scenario scenario : SCENARIOS) {
        run(ours, scenario, 2);
        run(theirs, scenario, 0.5);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        for (int i = 0; i < rounds; i++) {
          a[i] = run(ours, scenario, seconds);
          b[i] = run(theirs, scenario, seconds);
        }
        Arrays.sort(a);
        Arrays.sort(b);
        System.out.printf(
            Locale.ROOT,
            "%-16s %,14.0f %,14.0f %8.2f   (%,.0f-%,.0f, %,.0f-%,.0f)%n",
            scenario.name(),
            a[rounds / 2],
            b[rounds / 2],
            a[rounds / 2] / b[rounds / 2],
            a[0],
            a[rounds - 1],
            b[0],
            b[rounds - 1]);
      }
    } finally {
      if (mosquitto != null) {
        mosquitto.destroy();
      }
      router.destroy();
    }
  }

  private static String setting(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null ? otherwise : value;
  }

  private static int freePort() throws IOException {
    try (java.net.ServerSocket socket =
        new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Process router() throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            FanoutLoad.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** To be the router: prints its port, and ends with its input. */
  public static void main(String[] arguments) throws Exception {
    if (org.slf4j.LoggerFactory.getLogger("ROOT") instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(ch.qos.logback.classic.Level.WARN);
    }
    int loops = Integer.parseInt(setting("CLASP_LOAD_LOOPS", "1"));
    try (House house = House.open(c -> c.withLoops(loops), c -> c)) {
      System.out.println(house.port());
      while (System.in.read() >= 0) {}
    }
  }

  private Process mosquitto(int port) throws Exception {
    Path settings = folder.resolve("mosquitto.conf");
    Files.writeString(
        settings,
        """
        listener %d 127.0.0.1
        allow_anonymous true
        set_tcp_nodelay true
        max_inflight_messages 100
        max_queued_messages 0
        log_type none
        """
            .formatted(port));
    Process process;
    try {
      process =
          new ProcessBuilder("/usr/sbin/mosquitto", "-c", settings.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new AssertionError("the broker is missing: install the package mosquitto", e);
    }
    House.eventually(() -> {
      try (RawClient _ = new RawClient(port)) {
        return true;
      } catch (IOException e) {
        return false;
      }
    });
    return process;
  }

  /** One who hears everything, and answers if that is wanted. */
  private static final class Subscriber {
    final SocketChannel channel;
    final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
    final ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);
    long got;

    Subscriber(SocketChannel channel) {
      this.channel = channel;
    }

    /** How many messages have come. */
    int read(Scenario scenario) throws IOException {
      if (channel.read(in) < 0) {
        throw new IOException("the server has closed the connection");
      }
      in.flip();
      int size = scenario.bytes();
      int count = in.remaining() / size;
      if (scenario.qos() > 0) {
        out.clear();
        for (int i = 0; i < count; i++) {
          out.put((byte) 0x40).put((byte) 2).putShort(in.getShort(i * size + 4 + TOPIC.length()));
        }
        out.flip();
        while (out.hasRemaining()) {
          channel.write(out);
        }
      }
      in.position(count * size);
      in.compact();
      got += count;
      return count;
    }
  }

  private static SocketChannel connected(int port, String id) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.socket().setTcpNoDelay(true);
    exchange(channel, RawClient.connect(4, 2, 0, "", RawClient.text(id)), 4);
    return channel;
  }

  private static void exchange(SocketChannel channel, byte[] packet, int answer)
      throws IOException {
    channel.write(ByteBuffer.wrap(packet));
    ByteBuffer in = ByteBuffer.allocate(answer);
    while (in.hasRemaining()) {
      if (channel.read(in) < 0) {
        throw new IOException("the server has closed the connection");
      }
    }
  }

  /** Deliveries a second. */
  private static double run(int port, Scenario scenario, double seconds) throws Exception {
    List<Subscriber> subscribers = new ArrayList<>();
    List<SocketChannel> publishers = new ArrayList<>();
    AtomicLong slowest = new AtomicLong();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < scenario.subscribers(); i++) {
        SocketChannel channel = connected(port, "sub" + i);
        exchange(channel, RawClient.subscribe(4, 1, TOPIC, scenario.qos()), 5);
        channel.configureBlocking(false);
        Subscriber subscriber = new Subscriber(channel);
        channel.register(selector, SelectionKey.OP_READ, subscriber);
        subscribers.add(subscriber);
      }
      int batch = scenario.window() / 4;
      ByteBuffer[] some = new ByteBuffer[scenario.publishers()];
      ByteBuffer answers = ByteBuffer.allocateDirect(1 << 16);
      int nextId = 0;
      for (int i = 0; i < scenario.publishers(); i++) {
        SocketChannel channel = connected(port, "pub" + i);
        channel.configureBlocking(false);
        publishers.add(channel);
        if (scenario.qos() > 0) {
          channel.register(selector, SelectionKey.OP_READ, answers);
        }
        some[i] = ByteBuffer.allocateDirect(batch * 32);
      }
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      long sent = 0;
      int turn = 0;
      while (true) {
        boolean sending = System.nanoTime() < end;
        while (sending && sent - slowest.get() <= scenario.window() - batch) {
          ByteBuffer packets = some[turn];
          packets.clear();
          for (int i = 0; i < batch; i++) {
            nextId = nextId % 65_535 + 1;
            packets.put(RawClient.publish(0x30 | scenario.qos() << 1, 4, TOPIC, nextId, PAYLOAD));
          }
          packets.flip();
          while (packets.hasRemaining()) {
            publishers.get(turn).write(packets);
          }
          turn = (turn + 1) % scenario.publishers();
          sent += batch;
        }
        if (!sending && slowest.get() >= sent) {
          break;
        }
        if (selector.select(TimeUnit.SECONDS.toMillis(House.LIMIT_SECONDS)) == 0) {
          throw new AssertionError("nothing comes any more: " + slowest + " of " + sent);
        }
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof Subscriber subscriber) {
            subscriber.read(scenario);
          } else {
            answers.clear();
            ((SocketChannel) key.channel()).read(answers);
          }
        }
        selector.selectedKeys().clear();
        slowest.set(subscribers.stream().mapToLong(s -> s.got).min().orElse(0));
      }
      double took = (System.nanoTime() - start) / 1e9;
      return sent * (double) scenario.subscribers() / took;
    } finally {
      for (Subscriber each : subscribers) {
        each.channel.close();
      }
      for (SocketChannel each : publishers) {
        each.close();
      }
    }
  }
}
