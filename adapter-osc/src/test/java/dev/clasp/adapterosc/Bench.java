package dev.clasp.adapterosc;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.Authenticator;
import dev.clasp.server.VirtualClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** A router without sockets, and programs that speak OSC with it. */
final class Bench {

  final ManualLoop loop = new ManualLoop();
  final Router router;
  final Lane lane;
  final Surroundings around;

  Bench() {
    this(OscAdapterConfig.DEFAULT);
  }

  Bench(OscAdapterConfig config) {
    this(config, RouterConfig.DEFAULT, Authenticator.OPEN);
  }

  Bench(OscAdapterConfig config, RouterConfig settings, Authenticator authenticator) {
    router = new Router(settings, loop, authenticator);
    lane = router.addLane(loop);
    around = Surroundings.of(config, !authenticator.equals(Authenticator.OPEN), loop::nanos);
  }

  /** One that speaks OSC. */
  final class Program implements OscSession.Ending {
    final MemoryOutlet outlet = new MemoryOutlet(loop);
    final OscSession session;
    int established;
    boolean ended;

    Program(Optional<String> token, boolean proven, int port) {
      InetAddress local = InetAddress.getLoopbackAddress();
      Hosts.Host host = around.hosts().of(local, loop.nanos());
      session =
          new OscSession(
              around,
              outlet,
              new InetSocketAddress(local, port),
              host,
              token,
              proven,
              around.config().wide(),
              peer -> VirtualClient.open(router, lane, loop, peer),
              this);
      session.open(around.config().autoSubscribe());
    }

    /** Sends one packet, and everything happens that follows from it. */
    void send(OscPacket packet) {
      session.packet(packet);
      session.readComplete();
      loop.run();
    }

    void send(String address, Object... arguments) {
      send(message(address, arguments));
    }

    /** What it got since the last time. */
    List<String> got() {
      loop.run();
      return outlet.messages();
    }

    @Override
    public void established() {
      established++;
    }

    @Override
    public void ended(OscSession session) {
      ended = true;
    }
  }

  Program program() {
    return new Program(Optional.empty(), true, 50_000);
  }

  Program program(int port) {
    return new Program(Optional.empty(), true, port);
  }

  Program program(String token) {
    return new Program(Optional.of(token), true, 50_000);
  }

  /** One whose address may be forged. */
  Program stranger() {
    return new Program(Optional.empty(), false, 50_000);
  }

  NativeClient desk() {
    return new NativeClient(router, lane, Optional.empty());
  }

  static OscMessage message(String address, Object... arguments) {
    return new OscMessage(address, List.of(arguments).stream().map(Bench::argument).toList());
  }

  static OscBundle bundle(OscTimeTag time, OscPacket... elements) {
    return new OscBundle(time, List.of(elements));
  }

  private static OscArgument argument(Object value) {
    return switch (value) {
      case Integer i -> new OscArgument.Int32(i);
      case Float f -> new OscArgument.Float32(f);
      case Double d -> new OscArgument.Float64(d);
      case String s -> new OscArgument.Text(s);
      case Boolean b -> new OscArgument.Bool(b);
      case OscArgument argument -> argument;
      default -> throw new IllegalArgumentException(String.valueOf(value));
    };
  }
}
