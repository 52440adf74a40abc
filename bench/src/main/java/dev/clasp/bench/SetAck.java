package dev.clasp.bench;

import dev.clasp.protocol.Qos;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;

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
    AtomicInteger client = new AtomicInteger();
    List<Member<AckLoop>> members =
        rig.members(
            clients,
            session -> {
              // 15 characters, for a frame of 31 bytes.
              String address =
                  String.format(Locale.ROOT, "/bench/s/%06d", client.getAndIncrement());
              return new AckLoop(
                  session,
                  rig.clock(),
                  FrameTemplate.set(address, plan.payload(), Qos.CONFIRM),
                  window);
            });
    rig.onEach(members, AckLoop::start);
    rig.run(plan.warmup());
    Meter meter = new Meter(rig);
    rig.onEach(members, AckLoop::reset);
    meter.start();
    rig.run(plan.duration());
    DoubleAdder rate = new DoubleAdder();
    Latencies latencies = new Latencies();
    rig.onEach(
        members,
        loop -> {
          loop.stop();
          rate.add(loop.rate());
          latencies.add(loop.latencies());
        });
    meter.stop();
    if (latencies.count() == 0) {
      throw new BenchException(
          rig.uri() + " acknowledged no SET within " + plan.duration().toMillis() + " ms");
    }
    figures.add("acks", Unit.PER_SECOND, Better.HIGHER, rate.sum());
    figures.add("ack", latencies);
    meter.report(figures, "ack", latencies.count());
    if (window > 1) {
      meter.noteIfGeneratorLimits(Scenario.SET_ACK_PIPELINED);
    }
  }
}
