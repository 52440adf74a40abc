package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Discovery between two machines at a switch: our announcements before the eyes of others, others'
 * before ours, cut cables, new addresses, names that are taken, and probes by broadcast.
 */
@RealProgram
class LanDiscoveryTest {

  /** Seconds that an address may be remembered, so that no test waits for two minutes. */
  private static final String SHORT = "6";

  private final LanNetworks networks = LanNetworks.create();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(networks));

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /** A program of ours with what it prints. */
  private record Running(Program program, Received<String> lines) implements AutoCloseable {

    String await(String start) {
      return lines.awaitFirst(start, line -> line.startsWith(start));
    }

    /** Waits for a line among those that come behind the first ones. */
    String awaitAfter(int count, String start) {
      return lines.awaitAnswer(
          start + " behind " + count + " lines",
          all -> all.stream().skip(count).filter(line -> line.startsWith(start)).findFirst());
    }

    int count() {
      return lines.all().size();
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private Running start(UnaryOperator<List<String>> place, String... arguments) {
    List<String> command =
        Stream.concat(Installation.testProgram(LanProgram.class).stream(), Stream.of(arguments))
            .toList();
    Received<String> lines = new Received<>(String.join(" ", arguments));
    Program program =
        Program.start(
            String.join(" ", arguments),
            place.apply(command),
            lines::add,
            () -> lines.end("ended"));
    Running running = new Running(program, lines);
    open.add(running);
    return running;
  }

  private Running started(UnaryOperator<List<String>> place, String... arguments) {
    Running running = start(place, arguments);
    running
        .lines()
        .awaitAnswer(
            "ready",
            Patience.START,
            all -> all.stream().filter(line -> line.startsWith("ready")).findFirst());
    return running;
  }

  private Avahi avahi(UnaryOperator<List<String>> place) throws IOException {
    Path folder = Files.createTempDirectory("avahi");
    Avahi avahi = Avahi.start(place, folder);
    open.add(() -> {
      avahi.close();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(folder);
    });
    return avahi;
  }

  // --- mDNS --------------------------------------------------------------------------------------

  @Test
  void avahiSeesResolvesAndLosesOurServer() throws IOException {
    Received<String> seen = avahi(networks::inSecond).browse();
    Running server = started(networks::inFirst, "serve", "Main stage");
    String port = server.await("ready").split("\\|", -1)[1];

    String resolved = seen.awaitFirst("resolved server", line -> line.startsWith("=;v0;IPv4;"));
    assertThat(resolved.split(";", -1)[3]).isEqualTo("Main\\032stage");
    assertThat(resolved.split(";", -1)[7]).isEqualTo(LanNetworks.FIRST_IP);
    assertThat(resolved.split(";", -1)[8]).isEqualTo(port);
    assertThat(resolved)
        .contains("\"version=2\"")
        .contains("\"name=Main stage\"")
        .contains("\"features=pesgt\"")
        .contains("\"ws=" + port + "\"")
        .contains("\"tls=0\"");

    server.close();
    seen.awaitFirst("goodbye", line -> line.startsWith("-;v0;IPv4;Main\\032stage"));
  }

  @Test
  void weFindWhatAvahiPublishesAndLoseItWhenItGoes() throws IOException {
    Avahi avahi = avahi(networks::inFirst);
    Running browser = started(networks::inSecond, "browse");
    Program published =
        avahi.publish(
            "Avahi's desk", 7444, "version=2", "name=The desk", "features=pes", "ws=7445");
    assertThat(browser.await("found"))
        .isEqualTo(
            "found|Avahi's desk._clasp._tcp.local.|The desk|ws://"
                + LanNetworks.FIRST_IP
                + ":7445/clasp|param,event,stream|");
    published.stop();
    assertThat(browser.await("lost")).isEqualTo("lost|Avahi's desk._clasp._tcp.local.");
  }

  @Test
  void weShareThePortWithAvahiOnTheSameMachine() throws IOException {
    Received<String> seen = avahi(networks::inFirst).browse();
    Running browser = started(networks::inFirst, "browse");
    started(networks::inFirst, "advertise", "Neighbour", "7330", SHORT);
    browser.await("found|Neighbour");
    seen.awaitFirst("resolved", line -> line.startsWith("=;v0;IPv4;Neighbour;"));
  }

  @Test
  void aBrowserFromNpmSeesUsAndSeesUsGo() {
    Received<JsonNode> seen = new Received<>("bonjour-service");
    Program node =
        Program.start(
            "bonjour-service",
            networks.inSecond(Installation.nodeScript("mdns-browse.mjs")),
            line -> seen.add(Json.parse(line)),
            () -> seen.end("it has ended"));
    open.add(node);
    seen.awaitFirst("ready", line -> line.get("notice").asText().equals("ready"));
    Running server = started(networks::inFirst, "advertise", "Node's view", "7332", SHORT);
    JsonNode up = seen.awaitFirst("up", line -> line.get("notice").asText().equals("up"));
    assertThat(up.get("name").asText()).isEqualTo("Node's view");
    assertThat(up.get("port").intValue()).isEqualTo(7332);
    assertThat(up.get("addresses").toString()).contains(LanNetworks.FIRST_IP);
    assertThat(up.get("txt").get("ws").asText()).isEqualTo("7332");
    server.close();
    seen.awaitFirst("down", line -> line.get("notice").asText().equals("down"));
  }

  @Test
  void theArduinoLibraryFindsAddressPortAndNameInOnePacket() {
    started(networks::inFirst, "advertise", "Main stage", "7333", SHORT)
        .awaitAfter(0, "announced|Main stage");
    Running arduino = start(networks::inSecond, "arduino", "v0");
    String[] answer = arduino.await("arduino").split("\\|", -1);
    assertThat(answer[1]).isEqualTo(LanNetworks.FIRST_IP + " 7333 Main stage");
    assertThat(Integer.parseInt(answer[2])).isLessThanOrEqualTo(512);
  }

  @Test
  void theSecondOfTheSameNameGetsANumber() {
    Running first = started(networks::inFirst, "advertise", "Twin", "7330", SHORT);
    first.await("announced|Twin");
    Running second = started(networks::inSecond, "advertise", "Twin", "7331", SHORT);
    second.await("announced|Twin (2)");
    Running browser = started(networks::inSecond, "browse");
    assertThat(browser.await("found|Twin._clasp")).contains(LanNetworks.FIRST_IP + ":7330");
    assertThat(browser.await("found|Twin (2)"))
        .contains(LanNetworks.SECOND_IP + ":7331")
        .contains("|Twin (2)|");
    assertThat(first.lines().all()).containsExactly("ready", "announced|Twin");
  }

  @Test
  void avahiGivesWayToUsAndWeToAvahi() throws IOException {
    Avahi avahi = avahi(networks::inFirst);
    Program published = avahi.publish("Taken", 7444, "version=2");
    assertThat(published.running()).isTrue();
    Running browser = started(networks::inSecond, "browse");
    browser.await("found|Taken._clasp");
    Running ours = started(networks::inSecond, "advertise", "Taken", "7330", SHORT);
    ours.await("announced|Taken (2)");
  }

  @Test
  void aCableThatIsCutIsNoticedWhenTheTimeIsOverAndSoIsItsRepair() {
    Running server = started(networks::inFirst, "advertise", "Far", "7330", SHORT);
    server.await("announced");
    Running browser = started(networks::inSecond, "browse");
    browser.await("found|Far");
    int before = browser.count();
    networks.passFirst(false);
    browser.awaitAfter(before, "lost|Far");
    before = browser.count();
    // Nobody says hello: neither machine has noticed.
    networks.passFirst(true);
    browser
        .lines()
        .awaitAnswer(
            "found again",
            Duration.ofSeconds(80),
            all -> all.stream().skip(3).filter(line -> line.startsWith("found|Far")).findFirst());
    assertThat(browser.count()).isGreaterThan(before);
  }

  @Test
  void anInterfaceThatGoesDownAndUpIsLostAndFound() {
    started(networks::inFirst, "advertise", "Near", "7330", "120").await("announced");
    Running browser = started(networks::inSecond, "browse");
    browser.await("found|Near");
    int before = browser.count();
    networks.onSecond("link", "set", "v0", "down");
    browser.awaitAfter(before, "lost|Near");
    before = browser.count();
    networks.onSecond("link", "set", "v0", "up");
    browser.awaitAfter(before, "found|Near");
  }

  @Test
  void aServerWhoseInterfaceComesBackAnnouncesItself() {
    Running server = started(networks::inFirst, "advertise", "Near", "7330", SHORT);
    server.await("announced");
    Running browser = started(networks::inSecond, "browse");
    browser.await("found|Near");
    int before = browser.count();
    networks.onFirst("link", "set", "v0", "down");
    browser.awaitAfter(before, "lost|Near");
    before = browser.count();
    networks.onFirst("link", "set", "v0", "up");
    browser.awaitAfter(before, "found|Near");
  }

  @Test
  void aNewAddressIsToldAtOnce() {
    started(networks::inFirst, "advertise", "Mover", "7330", "120").await("announced");
    Running browser = started(networks::inSecond, "browse");
    assertThat(browser.await("found|Mover")).contains("ws://" + LanNetworks.FIRST_IP + ":7330");
    networks.onFirst("addr", "add", "10.78.0.77/25", "dev", "v0");
    networks.onFirst("addr", "del", LanNetworks.FIRST_IP + "/24", "dev", "v0");
    browser
        .lines()
        .awaitFirst(
            "update",
            line -> line.startsWith("updated|Mover") && line.contains("ws://10.78.0.77:7330"));
    assertThat(browser.lines().all()).noneMatch(line -> line.startsWith("lost"));
  }

  @Test
  void whereThereIsNoIpv4Ipv6IsUsedWithTheInterfaceInTheUrl() {
    networks.onFirst("-4", "addr", "flush", "dev", "v0");
    networks.onSecond("-4", "addr", "flush", "dev", "v0");
    started(networks::inFirst, "advertise", "Six", "7330", "120");
    String found = started(networks::inSecond, "browse").await("found|Six");
    assertThat(found).contains("|ws://[fe80:").contains("%25v0]:7330/clasp|");
  }

  // --- broadcast ---------------------------------------------------------------------------------

  @Test
  void probesFindAServerAndMissItWhenItIsGone() {
    Running prober = started(networks::inSecond, "probe");
    Running server = started(networks::inFirst, "serve", "Main stage");
    String[] ready = server.await("ready").split("\\|", -1);
    assertThat(prober.await("found"))
        .isEqualTo(
            "found|"
                + ready[2]
                + "|Main stage|ws://"
                + LanNetworks.FIRST_IP
                + ":"
                + ready[1]
                + "/clasp|param,event,stream,gesture,timeline|"
                + ready[2]);
    server.close();
    prober.await("lost|" + ready[2]);
  }

  @Test
  void twoServersAnswerOneProbe() {
    started(networks::inFirst, "serve", "One");
    started(networks::inSecond, "serve", "Two");
    Running prober = started(networks::inFirst, "probe");
    prober.lines().awaitFirst("One", line -> line.contains("|One|"));
    assertThat(prober.lines().awaitFirst("Two", line -> line.contains("|Two|")))
        .contains("ws://" + LanNetworks.SECOND_IP + ":");
  }

  @Test
  void bothMechanismsTellTheSameStableId() {
    Running server = started(networks::inFirst, "serve", "One");
    String id = server.await("ready").split("\\|", -1)[2];
    assertThat(started(networks::inSecond, "probe").await("found")).endsWith("|" + id);
    assertThat(started(networks::inSecond, "browse").await("found")).endsWith("|" + id);
  }

  /** Without one, the whole world cannot be reached; the network next door can. */
  @Test
  void probesNeedNoDefaultRoute() {
    networks.onSecond("route", "del", "default");
    started(networks::inFirst, "serve", "Here");
    Running prober = started(networks::inSecond, "probe");
    prober.await("found");
    assertThat(prober.lines().all()).noneMatch(line -> line.startsWith("failed"));
  }

  @Test
  void withoutAnyNetworkProbesGoOnUntilThereIsOne() {
    networks.onSecond("link", "set", "v0", "down");
    started(networks::inFirst, "serve", "Later");
    Running prober = started(networks::inSecond, "probe");
    networks.onSecond("link", "set", "v0", "up");
    prober.await("found");
    assertThat(prober.lines().all()).noneMatch(line -> line.startsWith("failed"));
  }

  @Test
  void theServerSeesItselfOnItsOwnMachine() {
    Running server = started(networks::inFirst, "serve", "Self");
    String id = server.await("ready").split("\\|", -1)[2];
    assertThat(started(networks::inFirst, "probe").await("found|" + id)).contains("|Self|");
    started(networks::inFirst, "browse").await("found|Self");
  }
}
