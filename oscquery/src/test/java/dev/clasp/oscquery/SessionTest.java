package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.Signal;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscArgument.Int32;
import dev.clasp.osc.OscArgument.Text;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** WebSockets against the OSCQuery proposal, "Optional Bi-Directional Communication". */
class SessionTest {

  private Room room = new Room();

  @AfterEach
  void close() {
    room.close();
  }

  private void reopen(UnaryOperator<OscQueryConfig> change) {
    room.close();
    room = new Room(change);
  }

  private void set(String address, Value value) {
    room.desk.set(address, value).join();
  }

  @Test
  void whoListensHearsThePresentValueAndEveryNewOne() {
    set("/fader", Value.of(0.25));
    room.node("/fader");
    Program program = room.program().say("LISTEN", "/fader");
    program.hears("/fader", new Float32(0.25f));
    set("/fader", Value.of(0.75));
    program.hears("/fader", new Float32(0.75f));
  }

  @Test
  void listeningIsToOneAddressAndNotToWhatIsBelow() {
    set("/foo", Value.of(1));
    set("/foo/bar", Value.of(1));
    room.node("/foo/bar");
    Program program = room.program().say("LISTEN", "/foo");
    program.hears("/foo", new Int32(1));
    set("/foo/bar", Value.of(2));
    set("/foo", Value.of(2));
    program.hears("/foo", new Int32(2));
    assertThat(program.messages).extracting(OscMessage::address).containsOnly("/foo");
  }

  @Test
  void whoIgnoresHearsNoMore() {
    set("/a", Value.of(1));
    set("/b", Value.of(1));
    room.node("/b");
    Program program = room.program().say("LISTEN", "/a").say("LISTEN", "/b");
    program.hears("/a", new Int32(1));
    program.hears("/b", new Int32(1));
    program.say("IGNORE", "/a");
    Eventually.is("three commands", () -> room.server.count(OscQueryCounter.COMMANDS) == 3);
    set("/a", Value.of(2));
    set("/b", Value.of(2));
    program.hears("/b", new Int32(2));
    assertThat(program.messages).doesNotContain(new OscMessage("/a", new Int32(2)));
  }

  @Test
  void binaryOscSetsValuesAndDoesNotComeBackToItsSender() {
    set("/fader", Value.of(0.0));
    room.node("/fader");
    Program sender = room.program().say("LISTEN", "/fader");
    Program other = room.program().say("LISTEN", "/fader");
    sender.hears("/fader", new Float32(0));
    other.hears("/fader", new Float32(0));
    sender.send("/fader", new Float32(0.5f));
    other.hears("/fader", new Float32(0.5f));
    room.has("/fader", Value.of(0.5));
    set("/fader", Value.of(0.75));
    sender.hears("/fader", new Float32(0.75f));
    assertThat(sender.messages).doesNotContain(new OscMessage("/fader", new Float32(0.5f)));
  }

  @Test
  void everybodyHearsOfNewAndLostAddresses() {
    Program program = room.program();
    Eventually.is("connected", () -> room.counter("connected") == 1);
    set("/new/thing", Value.of(1));
    program.isTold("PATH_ADDED", "/new/thing");
    room.desk
        .set(
            "/new/short",
            Value.of(1),
            dev.clasp.client.SetOptions.CONFIRM.withTtl(new dev.clasp.protocol.Ttl.Absolute(1)))
        .join();
    program.isTold("PATH_REMOVED", "/new/short");
  }

  @Test
  void everybodyHearsOfAnotherTypeOrRange() {
    set("/x", Value.of(1));
    room.node("/x");
    Program program = room.program();
    Eventually.is("connected", () -> room.counter("connected") == 1);
    set("/x", Value.of("text"));
    program.isTold("PATH_CHANGED", "/x");
    program.commands.clear();
    room.definitions = List.of(Room.fader("/x", 0, 1));
    program.isTold("PATH_CHANGED", "/x");
  }

  @Test
  void eventsAreHeardAndSent() {
    room.definitions = List.of(Room.definition("/cue/go", SignalType.EVENT, "", "rw"));
    room.node("/cue/go");
    BlockingQueue<Signal> heard = new LinkedBlockingQueue<>();
    room.desk.subscribe("/cue/**", heard::add).active().join();
    Program program = room.program().say("LISTEN", "/cue/go");
    Eventually.is("a command", () -> room.server.count(OscQueryCounter.COMMANDS) == 1);
    room.desk.emit("/cue/go", Value.of("intro"));
    program.hears("/cue/go", new Text("intro"));
    room.desk.emit("/cue/go");
    program.hears("/cue/go");
    heard.clear();
    room.program().send("/cue/go", OscArgument.Impulse.IMPULSE);
    Eventually.is(
        () -> "an event among " + heard,
        () ->
            heard.stream()
                .anyMatch(s -> s instanceof Signal.Event e && e.value().equals(Value.NULL)));
  }

  @Test
  void programsHearEachOthersEventsAndStreams() {
    room.definitions =
        List.of(
            Room.definition("/go", SignalType.EVENT, "", "rw"),
            Room.definition("/flow", SignalType.STREAM, "float", "rw"));
    room.node("/go");
    room.node("/flow");
    Program sender = room.program().say("LISTEN", "/go").say("LISTEN", "/flow");
    Program other = room.program().say("LISTEN", "/go").say("LISTEN", "/flow");
    Eventually.is("four commands", () -> room.server.count(OscQueryCounter.COMMANDS) == 4);
    sender.send("/go", new Text("x")).send("/flow", new Float32(0.5f));
    other.hears("/go", new Text("x"));
    other.hears("/flow", new Float32(0.5f));
    room.desk.stream("/flow", 0.75);
    sender.hears("/flow", new Float32(0.75f));
    assertThat(sender.messages).hasSize(1);
  }

  @Test
  void aSliderTakesWholeNumbersAToggleAnyAndARangeIsKept() {
    room.definitions = List.of(Room.fader("/fader", 0, 1));
    set("/fader", Value.of(0.5));
    set("/toggle", Value.FALSE);
    Eventually.is("a range", () -> room.node("/fader").has("RANGE"));
    room.node("/toggle");
    Program program = room.program();
    program.send("/fader", new Int32(1));
    room.has("/fader", Value.of(1.0));
    program.send("/fader", new Float32(-3));
    room.has("/fader", Value.of(0.0));
    program.send("/toggle", new Float32(1));
    room.has("/toggle", Value.TRUE);
  }

  @Test
  void nobodyMakesNewAddressesUnlessAllowed() {
    set("/a", Value.of(1));
    room.node("/a");
    room.program().send("/unknown", new Int32(1)).send("/a", new Int32(2));
    room.has("/a", Value.of(2));
    assertThat(room.desk.blocking().get("/unknown")).isEmpty();
    assertThat(room.server.count(OscQueryCounter.OSC_DROPPED)).isEqualTo(1);

    reopen(config -> config.withCreate(true));
    room.program().send("/unknown/thing", new Int32(1));
    room.has("/unknown/thing", Value.of(1));
  }

  @Test
  void whatCanOnlyBeReadIsNotWritten() {
    room.definitions = List.of(Room.definition("/meter", SignalType.PARAM, "float", "r"));
    set("/meter", Value.of(0.5));
    set("/a", Value.of(1));
    room.node("/a");
    Eventually.is("read only", () -> room.node("/meter").path("ACCESS").asInt() == 1);
    room.program().send("/meter", new Float32(0.75f)).send("/a", new Int32(2));
    room.has("/a", Value.of(2));
    room.has("/meter", Value.of(0.5));
  }

  @Test
  void nonsenseIsCountedAndChangesNothing() {
    set("/a", Value.of(1));
    room.node("/a");
    Program program = room.program();
    for (String text :
        List.of(
            "", "{", "[]", "{\"COMMAND\":1}", "{\"COMMAND\":\"LISTEN\"}", "{\"COMMAND\":\"X\"}")) {
      program.text(text);
    }
    program.send(new byte[0]).send(new byte[] {1, 2, 3});
    program.say("LISTEN", "/nowhere").say("LISTEN", "/a");
    program.hears("/a", new Int32(1));
    assertThat(room.server.count(OscQueryCounter.MALFORMED)).isEqualTo(8);
  }

  @Test
  void aListenerHasABoundedNumberOfAddresses() {
    reopen(config -> config.withLimits(OscQueryLimits.DEFAULT.withListens(2)));
    for (String address : List.of("/a", "/b", "/c")) {
      set(address, Value.of(1));
      room.node(address);
    }
    Program program = room.program().say("LISTEN", "/a").say("LISTEN", "/b").say("LISTEN", "/c");
    Eventually.is("three commands", () -> room.server.count(OscQueryCounter.COMMANDS) == 3);
    set("/c", Value.of(2));
    set("/b", Value.of(2));
    program.hears("/b", new Int32(2));
    assertThat(program.messages).extracting(OscMessage::address).doesNotContain("/c");
  }

  @Test
  void thereIsABoundedNumberOfPrograms() {
    reopen(config -> config.withLimits(OscQueryLimits.DEFAULT.withSessions(1)));
    Program first = room.program();
    Eventually.is("connected", () -> room.counter("connected") == 1);
    assertThatThrownBy(room::program).hasMessageContaining("WebSocketHandshake");
    first.close();
    Eventually.is("room again", () -> room.counter("connected") == 0);
    room.program();
  }

  @Test
  void valuesComeByUdpWhenAskedForButEventsDoNot() throws Exception {
    room.definitions = List.of(Room.definition("/go", SignalType.EVENT, "", "rw"));
    set("/fader", Value.of(0.5));
    room.node("/fader");
    room.node("/go");
    try (DatagramSocket ear = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      ear.setSoTimeout((int) Eventually.LIMIT.toMillis());
      Program program =
          room.program()
              .text(
                  "{\"COMMAND\":\"START_OSC_STREAMING\",\"DATA\":{\"LOCAL_SERVER_PORT\":"
                      + ear.getLocalPort()
                      + ",\"LOCAL_SENDER_PORT\":9}}")
              .say("LISTEN", "/fader")
              .say("LISTEN", "/go");
      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      ear.receive(packet);
      assertThat(OscCodec.decode(packet.getData(), 0, packet.getLength()))
          .isEqualTo(new OscMessage("/fader", new Float32(0.5f)));
      Eventually.is("commands", () -> room.server.count(OscQueryCounter.COMMANDS) == 3);
      room.desk.emit("/go");
      program.hears("/go");
    }
  }

  @Test
  void aSlowReaderGetsTheNewestValueAndHoldsNobodyUp() throws Exception {
    byte[] big = new byte[30_000];
    set("/blob", Value.of(big));
    room.node("/blob");
    Program quick = room.program().say("LISTEN", "/blob");
    try (HttpClient http = HttpClient.newHttpClient()) {
      BlockingQueue<Integer> newest = new LinkedBlockingQueue<>();
      WebSocket slow =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(room.url().replace("http", "ws")),
                  new WebSocket.Listener() {
                    @Override
                    public void onOpen(WebSocket socket) {
                      // Reads nothing.
                    }

                    @Override
                    public java.util.concurrent.@Nullable CompletionStage<?> onBinary(
                        WebSocket socket, java.nio.ByteBuffer data, boolean last) {
                      if (last) {
                        newest.add((int) data.get(data.limit() - 1));
                      }
                      socket.request(1);
                      return null;
                    }
                  })
              .join();
      slow.sendText(CommandText.of("LISTEN", "/blob"), true).join();
      Eventually.is("listening", () -> room.server.count(OscQueryCounter.COMMANDS) == 2);
      // Far more than the sockets hold.
      for (int i = 1; i <= 1000; i++) {
        byte[] next = big.clone();
        Arrays.fill(next, (byte) (i % 100));
        room.desk.set("/blob", Value.of(next)).get(20, TimeUnit.SECONDS);
      }
      byte[] end = big.clone();
      Arrays.fill(end, (byte) 111);
      set("/blob", Value.of(end));
      quick.hears("/blob", new OscArgument.Blob(end));
      Eventually.is("conflated", () -> room.server.count(OscQueryCounter.CONFLATED) > 0);
      slow.request(1);
      Eventually.is("the newest", () -> newest.contains(111));
      assertThat(newest.size()).isLessThan(1000);
      slow.abort();
    }
  }
}
