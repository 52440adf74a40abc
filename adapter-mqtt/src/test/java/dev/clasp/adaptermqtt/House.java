package dev.clasp.adaptermqtt;

import dev.clasp.client.ClaspClient;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A router with the adapter, on loopback. */
final class House implements AutoCloseable {

  /** For anything to happen; generous, because the machine may be busy. */
  static final long LIMIT_SECONDS = 30;

  final ClaspServer server;
  final MqttAdapter adapter;

  private House(ClaspServer server, MqttAdapter adapter) {
    this.server = server;
    this.adapter = adapter;
  }

  static House open() {
    return open(config -> config, config -> config);
  }

  static House open(UnaryOperator<MqttAdapterConfig> adapting) {
    return open(config -> config, adapting);
  }

  static House open(
      UnaryOperator<ServerConfig> serving, UnaryOperator<MqttAdapterConfig> adapting) {
    return open(serving, adapting, BrokerTime.system());
  }

  /** With a clock that is turned by hand. */
  static House open(HandTime time) {
    return open(config -> config, config -> config, time);
  }

  static House open(
      UnaryOperator<ServerConfig> serving,
      UnaryOperator<MqttAdapterConfig> adapting,
      BrokerTime time) {
    MqttAdapter[] made = new MqttAdapter[1];
    MqttAdapterConfig config = adapting.apply(MqttAdapterConfig.DEFAULT.withPort(0));
    ClaspServer server =
        ClaspServer.start(
            serving
                .apply(ServerConfig.DEFAULT.withPort(0).withLoops(2))
                .withCompanions(
                    List.of(s -> {
                      MqttAdapter adapter =
                          (MqttAdapter) MqttAdapter.factory(config, time).create(s);
                      made[0] = adapter;
                      return adapter;
                    })));
    return new House(server, made[0]);
  }

  int port() {
    return adapter.addresses().getFirst().getPort();
  }

  int mainPort() {
    return server.address().getPort();
  }

  ClaspClient clasp() throws Exception {
    return ClaspClient.builder(server.url()).connect().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  long count(MqttCounter counter) {
    return adapter.counters().getOrDefault(counter.key(), 0L);
  }

  /** How many there are now, by the name in the status. */
  long now(String name) {
    return adapter.counters().getOrDefault(name, 0L);
  }

  /** Sessions whose client is away. */
  long away() {
    return now("sessions_away");
  }

  /** Waits until it is so. */
  static void eventually(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not happen in " + LIMIT_SECONDS + " s");
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
