package dev.clasp.bench;

import dev.clasp.protocol.Qos;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code set-ack} and {@code set-ack-pipelined}: SETs in closed loops, no subscribers. */
final class SetAck {

  private SetAck() {}

  static List<Trial> trials(Scenario scenario, BenchPlan plan, int window) {
    int clients = plan.clients().orElse(1);
    String variant =
        (clients == 1 ? "1 client" : clients + " clients")
            + (window == 1 ? "" : ", window " + window);
    return List.of(
        new Trial(scenario, variant, (rig, figures) -> measure(rig, figures, clients, window)));
  }

  private static void measure(Rig rig, Figures figures, int clients, int window) {
    BenchPlan plan = rig.plan();
    List<LoadSession> sessions = rig.open(clients, _ -> LoadSession.Receiver.NONE);
    List<AckLoop> loops = new ArrayList<>();
    for (LoadSession session : sessions) {
      // 15 characters, for a frame of 31 bytes.
      String address = String.format(Locale.ROOT, "/bench/s/%06d", loops.size());
      FrameTemplate set = FrameTemplate.set(address, plan.payload(), Qos.CONFIRM);
      AckLoop loop = new AckLoop(session, rig.clock(), set, window);
      loops.add(loop);
      rig.on(
          session.loop(),
          () -> {
            session.receiver(loop);
            loop.start();
            return loop;
          });
    }
    rig.run(plan.warmup());
    for (int i = 0; i < clients; i++) {
      AckLoop loop = loops.get(i);
      rig.on(
          sessions.get(i).loop(),
          () -> {
            loop.reset();
            return loop;
          });
    }
    Meter meter = new Meter(rig.clock(), rig.target());
    rig.run(plan.duration());
    long acknowledged = 0;
    Latencies latencies = new Latencies();
    double seconds = meter.seconds();
    for (int i = 0; i < clients; i++) {
      AckLoop loop = loops.get(i);
      acknowledged +=
          rig.on(
              sessions.get(i).loop(),
              () -> {
                loop.stop();
                latencies.add(loop.latencies());
                return loop.acknowledged();
              });
    }
    if (acknowledged == 0) {
      throw new BenchException(
          rig.uri() + " acknowledged no SET within " + plan.duration().toMillis() + " ms");
    }
    figures.add("acks", Unit.PER_SECOND, Better.HIGHER, acknowledged / seconds);
    figures.add("ack", latencies);
    meter.report(figures);
  }
}
