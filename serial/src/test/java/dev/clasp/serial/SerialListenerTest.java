package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.TransportException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The listener against ports and an alarm that the test holds in its hand. */
@Timeout(60)
class SerialListenerTest {

  private static final byte[] HELLO = Lines.HELLO;
  private static final byte[] SET = Lines.set("/a", 1);

  /** What is to be done later. */
  private record Later(long nanos, Runnable task) {}

  /** Somebody to have the links. */
  private static final class Sessions implements LinkAcceptor {
    final BlockingQueue<Session> begun = new LinkedBlockingQueue<>();

    @Override
    public FrameListener accept(FrameLink link) {
      Session session = new Session(link);
      begun.add(session);
      return session;
    }

    Session await() throws InterruptedException {
      Session session = begun.poll(20, TimeUnit.SECONDS);
      if (session == null) {
        throw new AssertionError("no session began");
      }
      return session;
    }
  }

  private static final class Session implements FrameListener {
    final FrameLink link;
    final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    final BlockingQueue<CloseReason> ends = new LinkedBlockingQueue<>();

    Session(FrameLink link) {
      this.link = link;
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      frames.add(Arrays.copyOfRange(buffer, offset, offset + length));
    }

    @Override
    public void closed(CloseReason reason) {
      ends.add(reason);
    }

    byte[] awaitFrame() throws InterruptedException {
      byte[] frame = frames.poll(20, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame came");
      }
      return frame;
    }

    CloseReason awaitEnd() throws InterruptedException {
      CloseReason end = ends.poll(20, TimeUnit.SECONDS);
      if (end == null) {
        throw new AssertionError("the session did not end");
      }
      return end;
    }
  }

  private final EventLoops loops = EventLoops.create("serial-listener-test", 1);
  private final FakePorts ports = new FakePorts();
  private final Sessions sessions = new Sessions();
  private final BlockingQueue<Later> later = new LinkedBlockingQueue<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final SerialListener listener =
      new SerialListener(
          SerialSettings.of("/dev/ttyX"),
          ports,
          sessions,
          loops,
          (nanos, task) -> later.add(new Later(nanos, task)));

  @BeforeEach
  void listen() {
    log.start();
    logger().addAppender(log);
    logger().setAdditive(false);
    logger().setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    listener.close();
    loops.close();
    logger().detachAppender(log);
    logger().setAdditive(true);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(SerialListener.class);
  }

  private List<String> logged() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private Later awaitLater() throws InterruptedException {
    Later next = later.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was to be done later");
    }
    return next;
  }

  private static void close(Session session) {
    session.link.close(new CloseReason(CloseReason.POLICY, "go"));
  }

  @Test
  void aSessionBeginsWithHello() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(Lines.bytes("00 ff 53 12"), Lines.concat(HELLO, SET), SET);
    Session session = sessions.await();

    assertThat(session.awaitFrame()).isEqualTo(HELLO);
    assertThat(session.awaitFrame()).isEqualTo(SET);
    assertThat(session.awaitFrame()).isEqualTo(SET);
    assertThat(session.link.transport()).isEqualTo("serial");
    assertThat(session.link.remote()).hasToString("/dev/ttyX");
    assertThat(listener.urls()).containsExactly("serial:/dev/ttyX?baud=115200");
    assertThat(listener.transport()).isEqualTo("serial");
  }

  /** The router takes a second HELLO in the session that is there. */
  @Test
  void aDeviceThatStartsAgainKeepsItsSession() throws Exception {
    listener.start();
    ports.awaitOpened().say(HELLO, SET, HELLO);
    Session session = sessions.await();

    assertThat(session.awaitFrame()).isEqualTo(HELLO);
    assertThat(session.awaitFrame()).isEqualTo(SET);
    assertThat(session.awaitFrame()).isEqualTo(HELLO);
    assertThat(sessions.begun).isEmpty();
  }

  @Test
  void afterTheRouterHasEndedASessionTheNextHelloBeginsAnother() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session first = sessions.await();
    close(first);
    assertThat(first.awaitEnd().code()).isEqualTo(CloseReason.POLICY);
    Later rest = awaitLater();
    assertThat(rest.nanos).isEqualTo(SerialListener.REST_NANOS);
    device.say(HELLO, SET);
    rest.task.run();
    Session second = sessions.await();

    assertThat(second.awaitFrame()).isEqualTo(HELLO);
    assertThat(second.awaitFrame()).isEqualTo(SET);
    assertThat(device.closed()).isFalse();
    assertThat(ports.tries).hasValue(1);
  }

  @Test
  void whoIsSentAwayHasToWaitALittle() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session first = sessions.await();
    close(first);
    first.awaitEnd();
    Later rest = awaitLater();
    device.say(HELLO);
    assertThat(sessions.begun.poll(100, TimeUnit.MILLISECONDS)).isNull();

    rest.task.run();

    assertThat(sessions.await().awaitFrame()).isEqualTo(HELLO);
  }

  @Test
  void whoDoesNotSayHelloIsToldSo() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(SET, SET, SET);
    byte[] answer = device.awaitWritten();

    assertThat(FrameCodec.decode(answer, 0, answer.length).message())
        .isInstanceOfSatisfying(Message.Error.class, e -> assertThat(e.code()).isEqualTo(400));
    device.say(HELLO);
    sessions.await();
    assertThat(device.writes()).as("once a second").isZero();
  }

  @Test
  void unpluggingEndsTheSessionAndThePortIsOpenedAgain() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session session = sessions.await();
    device.unplug();

    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.ABNORMAL);
    device.awaitClosed();
    List<Later> tasks = new ArrayList<>(List.of(awaitLater(), awaitLater()));
    tasks.forEach(t -> t.task.run());
    FakePorts.Device again = ports.awaitOpened();
    again.say(HELLO);
    assertThat(sessions.await().awaitFrame()).isEqualTo(HELLO);
    assertThat(logged())
        .containsExactly(
            "/dev/ttyX: the device is gone. Trying again until it is there",
            "/dev/ttyX is there again");
  }

  @Test
  void aPortThatIsNotThereIsTriedAtGrowingIntervalsAndReportedOnce() throws Exception {
    ports.refusal =
        new TransportException(TransportException.Kind.UNREACHABLE, "there is no serial port X");
    listener.start();
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Later next = awaitLater();
      millis.add(TimeUnit.NANOSECONDS.toMillis(next.nanos));
      next.task.run();
    }
    Later last = awaitLater();

    assertThat(millis).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 5000L, 5000L, 5000L);
    assertThat(ports.tries).hasValue(9);
    assertThat(logged())
        .containsExactly("there is no serial port X. Trying again until it is there");

    ports.refusal = null;
    last.task.run();
    ports.awaitOpened().say(HELLO);
    sessions.await();
    assertThat(logged()).endsWith("/dev/ttyX is there again").hasSize(2);
  }

  /** Opens and breaks at once, again and again: still no spinning, and one line in the log. */
  @Test
  void aLooseContactIsTriedAtGrowingIntervals() throws Exception {
    listener.start();
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ports.awaitOpened().unplug();
      Later next = awaitLater();
      millis.add(TimeUnit.NANOSECONDS.toMillis(next.nanos));
      next.task.run();
    }

    assertThat(millis).containsExactly(250L, 500L, 1000L, 2000L, 4000L);
    assertThat(logged()).hasSize(1);
  }

  @Test
  void noPermissionKeepsTheRouterFromStarting() {
    ports.refusal = new TransportException(TransportException.Kind.BIND, "no permission");

    assertThatThrownBy(listener::start).hasMessage("no permission");
    assertThat(later).isEmpty();
  }

  @Test
  void stoppingEndsTheSessionAndReleasesThePort() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session session = sessions.await();
    session.link.loop().execute(() -> session.link.write(SET, 0, SET.length));
    listener.close();

    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    assertThat(device.awaitWritten()).as("flushed").isEqualTo(SET);
    device.awaitClosed();
    assertThat(ports.tries).hasValue(1);
    assertThat(logged()).isEmpty();
  }

  @Test
  void nobodyComesInAnyMoreOnceStoppingHasBegun() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    listener.stopAccepting();
    device.say(HELLO);
    listener.close();
    device.awaitClosed();

    assertThat(sessions.begun).isEmpty();
  }

  /** By two wires, it may refuse to take anything: then only the port helps. */
  @Test
  void aDeviceThatTakesNothingIsOpenedAgain() throws Exception {
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session session = sessions.await();
    session.awaitFrame();
    device.takeNothing();
    session.link.loop().execute(() -> session.link.write(SET, 0, SET.length));
    close(session);

    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.POLICY);
    device.awaitClosed();
    List.of(awaitLater(), awaitLater()).forEach(t -> t.task.run());
    ports.awaitOpened().say(HELLO);
    assertThat(sessions.await().awaitFrame()).isEqualTo(HELLO);
  }

  @Test
  void aTokenThatIsRefusedDoesNotHoldUpTheRightOne() throws Exception {
    byte[] other =
        FrameCodec.encode(
            new Message.Hello(1, Set.of(), "device", Optional.of("right"), Optional.empty()));
    listener.start();
    FakePorts.Device device = ports.awaitOpened();
    device.say(HELLO);
    Session first = sessions.await();
    close(first);
    first.awaitEnd();
    awaitLater().task.run();
    device.say(other);

    assertThat(sessions.await().awaitFrame()).isEqualTo(other);
  }
}
