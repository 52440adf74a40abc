package dev.clasp.client;

import dev.clasp.discovery.Device;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The short way to a client.
 *
 * {@snippet :
 * try (ClaspClient client = Clasp.connectBlocking("ws://localhost:7330")) {
 *   client.set("/lights/1/brightness", 0.8).join();
 * }
 * }
 */
public final class Clasp {

  private Clasp() {}

  /**
   * Connects with the defaults.
   *
   * @param uri see {@link ClaspClient#builder(String)}
   * @return as of {@link ClaspClient.Builder#connect}
   */
  public static CompletableFuture<ClaspClient> connect(String uri) {
    return builder(uri).connect();
  }

  /**
   * Connects with the defaults, and waits for it.
   *
   * @throws ClaspException as {@link ClaspClient.Builder#connectBlocking}
   */
  public static ClaspClient connectBlocking(String uri) {
    return builder(uri).connectBlocking();
  }

  /** Starts configuring a client; see {@link ClaspClient#builder(String)}. */
  public static ClaspClient.Builder builder(String uri) {
    return ClaspClient.builder(uri);
  }

  /** Looks for routers in the local network; see {@link ClaspClient#discover()}. */
  public static CompletableFuture<List<Device>> discover() {
    return ClaspClient.discover();
  }
}
